// Runs of a chain over the API of package serve. Nothing here knows the page.
import { events } from "./sse.js";

// Problem is what the server says when it cannot answer: see RFC 9457.
export class Problem extends Error {
  constructor({ status = 0, code = "", detail = "", runId = "" }) {
    super(detail);
    Object.assign(this, { status, code, detail, runId });
  }
}

// start begins a run of a chain and yields its events until the last. begun
// hears the address at which the run can be read again.
export async function* start(chain, request, { signal, begun }) {
  const response = await send(`/v1/chains/${chain}/runs`, {
    method: "POST",
    headers: { "Content-Type": "application/json", Accept: "text/event-stream" },
    body: JSON.stringify(request),
    signal,
  });
  const location = response.headers.get("Location");
  begun(location);
  yield* follow(location, { signal, response });
}

// follow yields the events of a run. When the connection breaks it comes back,
// within the server's window, and reads on after the last event it has seen.
export async function* follow(location, { signal, response }) {
  let last = "";
  for (let failures = 0; ; ) {
    try {
      response ??= await send(location, {
        headers: { Accept: "text/event-stream", ...(last && { "Last-Event-ID": last }) },
        signal,
      });
      for await (const { type, data, id } of events(response.body)) {
        failures = 0;
        last = id;
        const event = JSON.parse(data);
        if (type === "problem") throw new Problem(event);
        yield event;
        if (type === "run.finished" && !event.error) return; // else the problem follows
      }
      throw new TypeError("the stream ended early");
    } catch (err) {
      if (err instanceof Problem || signal.aborted || ++failures > 4) throw err;
    }
    response = undefined;
    await new Promise((resolve) => setTimeout(resolve, 200 * 2 ** failures));
  }
}

// cancel stops a run, and with it the model's call. Without it, the server
// would do the same a few seconds after the last reader has gone.
export function cancel(location) {
  return send(location.replace(/\/events$/, ""), { method: "DELETE", keepalive: true });
}

// vote says how good a run's answer was: {thumbs: "up"}, {comment: "…"}.
export function vote(location, opinion) {
  return send(location.replace(/\/events$/, "/feedback"), {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(opinion),
  });
}

async function send(url, init) {
  const response = await fetch(url, init);
  if (response.ok) return response;
  const problem = await response.json().catch(() => ({ detail: response.statusText }));
  throw new Problem({ status: response.status, ...problem });
}
