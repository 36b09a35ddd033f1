import { EventSource } from "eventsource";
import { key, report, url } from "./report.mjs";

const post = (path, body, headers) => fetch(url + path, { method: "POST", headers: { authorization: "Bearer " + key, "content-type": "application/json", accept: "text/event-stream", ...headers }, body: JSON.stringify(body) });

// follow reads a run's events with an EventSource until it gives up by itself,
// or enough says so.
function follow(path, kinds, enough = () => false) {
  const sent = [];
  const source = new EventSource(process.env.PROXY_URL + path, {
    fetch: (to, init) => { sent.push(init.headers["Last-Event-ID"] ?? ""); return fetch(to, { ...init, headers: { ...init.headers, authorization: "Bearer " + key } }); },
  });
  const events = [];
  return new Promise((done) => {
    const end = () => { source.close(); done({ events, sent, state: source.readyState }); };
    for (const kind of kinds) source.addEventListener(kind, (e) => { events.push({ id: e.lastEventId, kind, data: JSON.parse(e.data) }); if (enough(events)) end(); });
    source.addEventListener("error", () => { if (source.readyState === EventSource.CLOSED) end(); });
  });
}

await report({
  // The connection is cut in the middle, twice. The source comes back with
  // the last id that it knows, misses nothing and hears nothing twice; and when
  // it comes back after the last event it is told that there is no more.
  async resumes() {
    const words = Array.from({ length: 40 }, (_, i) => "w" + i).join(" ");
    const begun = await post("/v1/chains/slow/runs", { input: { text: words } });
    await begun.body.cancel();
    const { events, sent } = await follow(begun.headers.get("location"), ["run.started", "step.started", "token", "step.finished", "run.finished"]);
    const said = events.filter((e) => e.kind === "token").map((e) => e.data.text).join(" ");
    return { complete: said === words, ids: events.every((e, i) => e.id === String(i + 1)), connections: sent.length, first: sent[0], later: sent.slice(1).every(Number), last: events.at(-1).kind };
  },
  // Whoever follows a run that waits hears what the answer brings.
  async answered() {
    const begun = await post("/v1/chains/asks/runs", { input: { text: "rain" } });
    await begun.text();
    const path = begun.headers.get("location");
    const id = path.split("/")[3];
    let asked = 0;
    const following = follow(path, ["interrupted", "run.finished"], (events) => {
      const now = events.filter((e) => e.kind === "interrupted").length;
      if (now > asked) { asked = now; post(`/v1/chains/asks/runs/${id}/answer`, { answer: { approved: true } }).then((r) => r.text()); }
      return events.at(-1).kind === "run.finished";
    });
    const { events } = await following;
    return { kinds: events.map((e) => e.kind).join(" "), rising: events.every((e, i) => i === 0 || Number(e.id) > Number(events[i - 1].id)) };
  },
});
