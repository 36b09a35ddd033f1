import { report, url } from "./report.mjs";

// Node's own WebSocket is the browsers' (undici): it can send no headers, so the
// server is open to it.
const connect = (chain) => new WebSocket(`${url.replace("http", "ws")}/v1/chains/${chain}/ws`);
const next = (ws, kind) => new Promise((done) => ws.addEventListener("message", function hear({ data }) {
  const m = JSON.parse(data);
  if (m.event !== kind) return;
  ws.removeEventListener("message", hear);
  done(m.data);
}));

await report({
  async asks() {
    const ws = connect("asks");
    await new Promise((done) => ws.addEventListener("open", done));
    let wait = next(ws, "interrupted");
    ws.send(JSON.stringify({ type: "run", input: { text: "rain" } }));
    const first = await wait;
    wait = next(ws, "interrupted");
    ws.send(JSON.stringify({ type: "answer", run: first.runId, answer: { approved: true } }));
    const second = await wait;
    wait = next(ws, "run.finished");
    ws.send(JSON.stringify({ type: "answer", run: first.runId, answer: { approved: false } }));
    const end = await wait;
    const closed = new Promise((done) => ws.addEventListener("close", done));
    ws.close(1000);
    const { code, wasClean } = await closed;
    return { first: first.interrupt.step, second: second.interrupt.step, send: end.values.send.approved, code, wasClean };
  },
  async fetched() { // a stream read with nothing but what a browser has
    const response = await fetch(url + "/v1/chains/echo/runs", {
      method: "POST", headers: { "content-type": "application/json", accept: "text/event-stream" }, body: JSON.stringify({ input: { text: "a\u2028b" } }),
    });
    let text = "";
    for await (const piece of response.body.pipeThrough(new TextDecoderStream())) text += piece;
    const events = text.split("\n\n").filter(Boolean).map((e) => e.split("\n"));
    const data = JSON.parse(events.at(-1).find((line) => line.startsWith("data: ")).slice(6));
    return { lines: events.every((e) => e.length === 3), out: data.values.out };
  },
});
