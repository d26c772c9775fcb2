// The transport of tests: calls go over HTTP to a real client (see bridge.ts), events come as server-sent events.
export async function send(name: string, request?: unknown): Promise<unknown> {
  const answer = await fetch("/call", { method: "POST", body: JSON.stringify({ call: name, args: request ?? null }) });
  const said = (await answer.json()) as { ok?: unknown; fault?: unknown };
  if (said.fault !== undefined) throw said.fault;
  return said.ok;
}

let source: EventSource | undefined;

export function hear(event: string, told: (payload: unknown) => void): () => void {
  source ??= new EventSource("/events");
  const heard = (message: MessageEvent<string>) => told(JSON.parse(message.data));
  source.addEventListener(event, heard);
  return () => source?.removeEventListener(event, heard);
}

export const picture = (which: string, id: string): string => `/photo/${which}/${id}`;
