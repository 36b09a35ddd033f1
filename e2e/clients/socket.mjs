import { WebSocket } from "ws";
import { key, report, url } from "./report.mjs";

// Line is a connection whose messages are read one after another.
class Line {
  constructor(chain, options) {
    this.heard = [];
    this.wake = () => {};
    this.pings = 0;
    this.ws = new WebSocket(`${url.replace("http", "ws")}/v1/chains/${chain}/ws`, { headers: { authorization: "Bearer " + key }, ...options });
    this.ws.on("message", (data, binary) => { this.heard.push(binary ? { event: "binary" } : JSON.parse(data)); this.wake(); });
    this.ws.on("ping", () => this.pings++);
    this.refused = new Promise((done) => this.ws.on("unexpected-response", (_, r) => { done(r.statusCode); r.destroy(); }));
    this.opened = new Promise((done, fail) => { this.ws.on("open", done); this.ws.on("error", fail); });
    this.opened.catch(() => {});
    this.closed = new Promise((done) => this.ws.on("close", (code, reason) => done({ code, reason: `${reason}` })));
  }
  async send(message) {
    await this.opened;
    this.ws.send(typeof message === "object" && !Buffer.isBuffer(message) ? JSON.stringify(message) : message);
  }
  // until reads to the next event of a kind and returns all on the way.
  async until(kind) {
    const all = [];
    for (;;) {
      while (this.heard.length > 0) {
        all.push(this.heard.shift());
        if (all.at(-1).event === kind) return all;
      }
      await new Promise((wake, fail) => { this.wake = wake; setTimeout(() => fail(new Error(`no ${kind} after ${JSON.stringify(all)}`)), 10000).unref(); });
    }
  }
  async last(kind) { return (await this.until(kind)).at(-1).data; }
}

const run = (text) => ({ type: "run", input: { text } });
const yes = (id, more) => ({ type: "answer", run: id, answer: { approved: true, ...more } });

await report({
  async run() {
    const line = new Line("slow");
    await line.send(run("one two"));
    const all = await line.until("run.finished");
    line.ws.close(1000, "thank you");
    return { kinds: all.map((e) => e.event).join(" "), ids: all.map((e) => e.id).join(" "), out: all.at(-1).data.values.out, ...(await line.closed) };
  },
  async cancel() {
    const line = new Line("slow");
    await line.send(run("cancelled"));
    await line.until("token");
    await line.send(run("another"));
    const busy = await line.last("problem");
    await line.send({ type: "cancel" });
    const problem = await line.last("problem");
    await line.send({ type: "cancel" }); // nothing goes on any more
    await line.send(run("again")); // the connection does
    await line.until("token");
    line.ws.terminate(); // no goodbye
    return { busy: busy.code, code: problem.code };
  },
  async answer() {
    const first = new Line("asks");
    await first.send(run("rain"));
    const asked = await first.last("interrupted");
    await first.send(yes(asked.runId, { approved: "perhaps" }));
    const misfit = await first.last("problem");
    await first.send({ ...yes(asked.runId), to: asked.interrupt.id });
    const again = await first.last("interrupted");
    await first.send({ ...yes(asked.runId), to: asked.interrupt.id });
    const twice = await first.last("problem");
    first.ws.terminate();
    await first.closed;
    const second = new Line("asks");
    await second.send(yes(asked.runId, { reason: "fine" }));
    const end = await second.last("run.finished");
    await second.send(yes(asked.runId));
    const late = await second.last("problem");
    await second.send(yes("nope"));
    const unknown = await second.last("problem");
    second.ws.close();
    return {
      question: asked.interrupt.question, shows: asked.interrupt.values.draft, misfit: misfit.code, twice: twice.code, again: again.interrupt.question,
      values: end.values, late: late.code, unknown: unknown.code,
    };
  },
  async ping() {
    const line = new Line("echo");
    await line.opened;
    const pong = new Promise((done) => line.ws.on("pong", (data) => done(`${data}`)));
    line.ws.ping("are you there");
    const said = await pong;
    while (line.pings < 3) await new Promise((done) => line.ws.once("ping", done)); // the client answers by itself
    await line.send(run("alive"));
    const end = await line.last("run.finished");
    line.ws.close();
    return { pong: said, out: end.values.out };
  },
  async large() {
    const line = new Line("echo");
    const text = "ü\u2028\n".repeat(100000); // 600,000 bytes
    await line.send(run(text));
    const end = await line.last("run.finished");
    await line.send(run("x".repeat(2 << 20)));
    return { whole: end.values.out === text, ...(await line.closed) };
  },
  async fragments() { // one message in pieces
    const line = new Line("echo");
    await line.opened;
    const text = JSON.stringify(run("in pieces"));
    line.ws.send(text.slice(0, 10), { fin: false });
    line.ws.send(text.slice(10), { fin: true });
    const end = await line.last("run.finished");
    line.ws.close();
    return { out: end.values.out };
  },
  async bad() {
    const line = new Line("echo");
    const codes = [];
    for (const message of ["{", "[]", "7", '{"type":"dance"}', '{"type":"run","inputs":{}}', '{"type":"run","input":{}}', "[".repeat(100), Buffer.from([0xff, 0xfe])]) {
      await line.send(message);
      codes.push((await line.last("problem")).code);
    }
    await line.send(run("after all that"));
    const end = await line.last("run.finished");
    line.ws.close();
    return { codes: codes.join(" "), out: end.values.out };
  },
  async refused() {
    const out = {};
    out.key = await new Line("echo", { headers: { authorization: "Bearer wrong" } }).refused;
    out.chain = await new Line("nope").refused;
    out.page = await new Line("echo", { origin: "https://evil.example" }).refused;
    return out;
  },
  async end() { // the server ends while nothing goes on
    const line = new Line("echo");
    await line.send(run("bye"));
    await line.until("run.finished");
    await fetch(process.env.END_URL, { method: "POST" });
    return line.closed;
  },
});
