// The core's calls, typed: one way to read (`useCall`), one way to act (`useAct`). Reads are cached until the core says that
// something changed; a failure is a `Failure` that carries the core's `Fault`.
import { send } from "#transport";
import { QueryClient, useMutation, useQuery, useQueryClient, type UseQueryOptions } from "@tanstack/react-query";
import { useCallback } from "react";
import type { Calls, Fault } from "../generated/client";

export type Call = keyof Calls;
export type Request<C extends Call> = Calls[C]["request"];
export type Answer<C extends Call> = Calls[C]["answer"];

/** A call that did not do what was asked. */
export class Failure extends Error {
  constructor(readonly fault: Fault) {
    super(fault.fault);
  }
}

/** Whatever was thrown, as a fault: what is no fault is a defect, and said as one. */
export function faultOf(thrown: unknown): Fault {
  if (thrown instanceof Failure) return thrown.fault;
  if (typeof thrown === "object" && thrown !== null && "fault" in thrown) return thrown as Fault;
  return { fault: "internal", trace: thrown instanceof Error ? thrown.message.slice(0, 200) : String(thrown).slice(0, 200) };
}

export async function call<C extends Call>(name: C, request?: Request<C>): Promise<Answer<C>> {
  try {
    return (await send(name, request)) as Answer<C>;
  } catch (thrown) {
    throw new Failure(faultOf(thrown));
  }
}

export const queries = new QueryClient({
  defaultOptions: {
    // The core answers from its own store: a failure is an answer, and asking again would give the same one.
    queries: { retry: false, staleTime: Number.POSITIVE_INFINITY, refetchOnWindowFocus: false, networkMode: "always" },
    mutations: { retry: false, networkMode: "always" },
  },
});

type Reading<C extends Call> = Partial<Pick<UseQueryOptions<Answer<C>, Failure>, "enabled" | "placeholderData" | "gcTime" | "refetchInterval">>;

/** Reads, and reads again when the core says that what was read may have changed. */
export function useCall<C extends Call>(name: C, request?: Request<C>, reading: Reading<C> = {}) {
  return useQuery<Answer<C>, Failure>({
    queryKey: [name, request ?? null],
    queryFn: () => call(name, request),
    ...reading,
  });
}

/** What goes on when an act has ended. */
interface Then<T> {
  onSuccess?: (answer: T) => unknown;
  onSettled?: () => unknown;
}

/**
 * Acts. What is shown is read again by the core's events, not by guesses made here. What was to go on when the act is done does so
 * though the part of the screen that asked may be gone by then: an event can be faster than the answer.
 */
export function useAct<C extends Call>(name: C) {
  const client = useQueryClient();
  const acting = useMutation<Answer<C>, Failure, Request<C>>({
    mutationFn: (request) => call(name, request),
    // What the core has no event for: the connection's and the log's own figures.
    onSettled: () => client.invalidateQueries({ queryKey: ["status"] }),
  });
  const { mutateAsync } = acting;
  const mutate = useCallback(
    (request: Request<C>, then: Then<Answer<C>> = {}) => {
      // What went wrong is shown by the mutation's own error.
      void mutateAsync(request)
        .then(then.onSuccess, () => {})
        .finally(then.onSettled);
    },
    [mutateAsync],
  );
  return { ...acting, mutate };
}
