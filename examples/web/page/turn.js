// One question and everything that comes of it, on the page.

const copy = (id) => document.getElementById(id).content.firstElementChild.cloneNode(true);
const seconds = (nanoseconds) => `${(nanoseconds / 1e9).toFixed(1)} s`;

export class Turn {
  // on says what to do when somebody votes, comments or asks again.
  constructor(question, on) {
    this.question = question;
    this.on = on;
    this.root = copy("turn");
    this.answer = this.find(".answer");
    this.body = this.find(".body");
    this.find(".question").textContent = question;
    for (const button of this.root.querySelectorAll("[data-thumbs]")) {
      button.addEventListener("click", () => on.vote(this, { thumbs: button.dataset.thumbs }));
    }
    this.find(".comment").addEventListener("submit", (e) => {
      e.preventDefault();
      const comment = this.find(".comment input").value.trim();
      if (comment) on.vote(this, { comment });
    });
    this.find(".facts").addEventListener("toggle", (e) => e.target.open && e.target.scrollIntoView({ block: "nearest" }));
    this.tools = new Map(); // notes of tool calls that go on, by their ids
    this.facts = {};
  }

  find(selector) {
    return this.root.querySelector(selector);
  }

  // text is all that was answered.
  get text() {
    return [...this.body.querySelectorAll(".text")].map((p) => p.textContent).join("\n");
  }

  // show shows one event of the run.
  show(e) {
    switch (e.kind) {
      case "token":
        return this.write(e.text);
      case "reasoning":
        return this.think(e.text);
      case "retry":
        return this.retry(e.retry);
      case "tool.call":
        return this.call(e.tool);
      case "tool.result":
        return this.result(e.tool);
      case "step.finished":
        return this.collect(e);
      case "run.finished":
        if (!e.error) this.finish(e);
    }
  }

  // write adds to the answer. Browsers draw what came within one frame at once,
  // so a text node that grows is all that is needed.
  write(text) {
    this.settle();
    if (!this.paragraph) {
      this.paragraph = document.createElement("p");
      this.paragraph.className = "text";
      this.paragraph.append("");
      this.body.append(this.paragraph);
      text = text.trimStart();
    }
    this.paragraph.firstChild.appendData(text);
    this.doing("");
  }

  think(text) {
    this.thoughts ??= this.note("thought", "What the model thought first");
    this.thoughts.querySelector("pre").append(text);
    this.doing("Thinking");
  }

  // retry tells of attempts that did not go well, and what happens about them.
  retry(r) {
    if (r.what === "throttle") this.why = "for the model’s quota";
    if (r.what === "failure") this.why = "because the model did not answer";
    if (r.what === "failover") this.note("done", `Another model answers: ${r.model}`);
    if (r.what === "wait" && r.wait > 0) {
      this.settle();
      const reason = `${seconds(r.wait)} ${this.why ?? "for the model’s quota"}`;
      this.waiting = this.note("wait", `Waiting ${reason}`);
      this.waiting.dataset.past = `Waited ${reason}`;
      this.waiting.style.setProperty("--wait", `${r.wait / 1e6}ms`);
      this.doing("", `Waiting ${reason}`);
    }
  }

  // settle ends the note of a wait.
  settle() {
    if (this.waiting) this.mark(this.waiting, "done", this.waiting.dataset.past);
    this.waiting = undefined;
  }

  call(tool) {
    this.settle();
    const note = this.note("busy", `Calling ${tool.name}(${brief(tool.arguments)})`, `${tool.name}(${tool.arguments})`);
    this.tools.set(tool.id, note);
    this.doing("", `Calling ${tool.name}`);
  }

  result(tool) {
    const note = this.tools.get(tool.id);
    this.mark(note, tool.isError ? "failed" : "done", note.querySelector(".title").textContent.replace("Calling", "Called"));
    note.querySelector("pre").append(`\n\n${pretty(tool.result)}`);
    this.doing("Thinking");
  }

  // note adds a line about what happens; details unfold below it.
  note(mark, title, details = "") {
    this.paragraph = undefined; // text that follows begins anew
    const note = copy("note");
    this.mark(note, mark, title);
    note.querySelector("pre").textContent = details;
    this.body.append(note);
    return note;
  }

  mark(note, mark, title) {
    note.dataset.mark = mark;
    note.querySelector(".title").textContent = title;
  }

  // doing says what goes on where nothing can be read yet; say is for those who
  // listen.
  doing(what, say = what) {
    this.find(".doing").hidden = what === "";
    this.find(".what").textContent = what;
    if (say && say !== this.last) this.on.say(say);
    this.last = say;
  }

  collect(e) {
    if (e.prompt) {
      this.facts.Prompt = `${e.prompt.ref}, version ${e.prompt.version}`;
      this.brief = `${e.prompt.ref.replace(/@.*/, "")} v${e.prompt.version}`;
    }
    if (e.model) this.facts.Model = e.model;
  }

  // finish shows what the answer took, and asks how good it was.
  finish(e) {
    this.close("finished");
    const tokens = e.usage.input + e.usage.output;
    Object.assign(this.facts, {
      "First word": seconds(e.firstToken ?? 0),
      "Whole answer": seconds(e.duration),
      ...(e.waited && { "Waited": seconds(e.waited) }),
      Tokens: `${e.usage.input} in, ${e.usage.output} out`,
      Requests: `${e.attempts}`,
      Run: e.runId,
    });
    this.find(".facts summary").textContent = [this.brief, seconds(e.duration), `${tokens} tokens`].filter(Boolean).join(" · ");
    for (const [name, value] of Object.entries(this.facts)) {
      const dt = document.createElement("dt");
      const dd = document.createElement("dd");
      dt.append(name);
      dd.append(value);
      this.find(".facts dl").append(dt, dd);
    }
    this.find("footer").hidden = false;
    this.on.say(`Answer: ${this.text}`);
  }

  // stopped shows that the answer was stopped by hand.
  stopped() {
    this.close("stopped");
    this.fault("You stopped this answer.", "");
    this.on.say("Stopped");
  }

  failed(said, more) {
    this.close("failed");
    this.fault(said, more);
  }

  fault(said, more) {
    const fault = copy("fault");
    fault.querySelector(".said").textContent = said;
    fault.querySelector(".more").textContent = more;
    fault.querySelector("button").addEventListener("click", () => this.on.again(this));
    this.answer.append(fault);
  }

  // close ends the run's part on the page.
  close(state) {
    if (state !== "stopped") this.settle();
    for (const note of this.body.querySelectorAll("[data-mark=wait], [data-mark=busy]")) note.dataset.mark = "left";
    this.root.dataset.state = state;
    this.answer.setAttribute("aria-busy", "false");
    this.find(".doing").hidden = true;
  }

  // voted shows an opinion that the server has.
  voted({ thumbs, comment }) {
    if (thumbs) {
      for (const button of this.root.querySelectorAll("[data-thumbs]")) {
        button.setAttribute("aria-pressed", String(button.dataset.thumbs === thumbs));
      }
    }
    this.find(".comment").hidden = Boolean(comment);
    this.thank(comment ? "Thank you! Your comment is kept with the answer." : "");
  }

  thank(words) {
    this.find(".thanks").textContent = words;
    this.find(".thanks").hidden = words === "";
    if (words) this.on.say(words);
  }
}

// brief is what a call was made with, for one line.
function brief(json) {
  try {
    return Object.values(JSON.parse(json)).join(", ").slice(0, 60);
  } catch {
    return "";
  }
}

// pretty indents what is JSON.
function pretty(text) {
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
}
