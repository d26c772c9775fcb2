// A reason, where one is owed.
import { z } from "zod";

export const REASON = z.object({ reason: z.string().trim().min(3).max(500) });
export type Reasoned = z.infer<typeof REASON>;
