// The page: what people press, and what they are told.
import { Problem, cancel, follow, start, vote } from "./run.js";
import { Turn } from "./turn.js";

const chain = "desk";
const $ = (id) => document.getElementById(id);

// What this tab remembers: the session's name, which the server knows the
// conversation by, and where its runs can be read again after a reload.
const memory = JSON.parse(sessionStorage.getItem(chain) ?? "null") ?? { session: crypto.randomUUID(), runs: [] };
const remember = () => sessionStorage.setItem(chain, JSON.stringify(memory));

let current; // the turn that goes on

const on = {
  say: (words) => ($("status").textContent = words),
  again: (turn) => ask(turn.question),
  vote: async (turn, opinion) => {
    try {
      await vote(turn.run.location, opinion);
    } catch (err) {
      turn.thank(`That could not be kept. ${explain(err).said}`);
      return;
    }
    Object.assign(turn.run, opinion);
    remember();
    turn.voted(opinion);
    if (opinion.thumbs) turn.find(".comment input").focus();
    else $("question").focus();
  },
};

function ask(question) {
  if (current || question.trim() === "") return;
  const turn = add(question);
  const request = { input: { question }, session: memory.session };
  const begun = (location) => {
    turn.run = { question, location };
    memory.runs.push(turn.run);
    remember();
  };
  return play(turn, (signal) => start(chain, request, { signal, begun }));
}

// add puts a new turn on the page.
function add(question) {
  const turn = new Turn(question, on);
  for (const form of document.querySelectorAll(".turn .comment")) form.hidden = true; // nobody is waited for
  $("welcome").hidden = true;
  $("fresh").hidden = false;
  $("talk").append(turn.root);
  return turn;
}

// play shows a run's events until the last, or until it is stopped.
async function play(turn, begin) {
  current = turn;
  turn.abort = new AbortController();
  busy(true);
  scroll(true);
  try {
    for await (const event of begin(turn.abort.signal)) {
      turn.show(event);
      scroll();
    }
  } catch (err) {
    if (turn.abort.signal.aborted || err.code === "cancelled") turn.stopped();
    else {
      const { said, more } = explain(err);
      turn.failed(said, more);
    }
  }
  current = undefined;
  busy(false);
  scroll();
}

// stop ends the run on both sides: here at once, there as soon as it hears.
function stop() {
  if (!current) return;
  current.abort.abort();
  if (current.run) cancel(current.run.location).catch(() => {}); // the server would find out by itself
  $("question").focus();
}

// explain says in a person's words what went wrong, and what helps.
function explain(err) {
  if (!(err instanceof Problem)) {
    return { said: "The server cannot be reached.", more: "Is it still running? Your question is kept: ask again when it is back." };
  }
  const reference = [err.code, err.runId && `run ${err.runId}`].filter(Boolean).join(", ");
  const known = {
    "bad-input": "This question cannot be taken: it is empty or too long.",
    busy: "Many people are asking right now. Please try again in a moment.",
    throttled: "The model is very busy, and its quota did not free up in time.",
    "model-unavailable": "The model does not answer at the moment.",
    "context-overflow": "This conversation has become too long for the model. Begin a new one.",
    timeout: "The answer took too long.",
    closing: "The server is being restarted. Please ask again in a moment.",
    "no-run": "This answer is no longer kept by the server.",
    "no-key": "This server wants a key, which this page does not have.",
  };
  return { said: known[err.code] ?? "Something went wrong on our side. It is not your fault.", more: reference };
}

function busy(yes) {
  $("send").hidden = yes;
  $("stop").hidden = !yes;
  document.body.classList.toggle("busy", yes);
}

// scroll follows the answer as long as its reader does.
function scroll(always) {
  const room = document.documentElement;
  const follows = room.scrollHeight - room.scrollTop - room.clientHeight < 160;
  if (always || follows) room.scrollTo({ top: room.scrollHeight });
}

$("ask").addEventListener("submit", (e) => {
  e.preventDefault();
  if (current) return;
  ask($("question").value.trim());
  $("question").value = "";
  if (matchMedia("(hover: none)").matches) $("question").blur(); // the keyboard would hide the answer
  else $("question").focus();
});
$("question").addEventListener("keydown", (e) => {
  if (e.key !== "Enter" || e.shiftKey || e.isComposing) return;
  e.preventDefault();
  $("ask").requestSubmit();
});
document.addEventListener("keydown", (e) => e.key === "Escape" && stop());
$("stop").addEventListener("click", stop);
$("fresh").addEventListener("click", () => {
  stop();
  sessionStorage.removeItem(chain);
  location.reload();
});
$("ideas").addEventListener("click", (e) => {
  if (e.target.matches("button")) ask(e.target.textContent);
});

// After a reload the conversation is read again from the server; an answer that
// is still being made goes on.
for (const run of memory.runs) {
  const turn = add(run.question);
  turn.run = run;
  await play(turn, (signal) => follow(run.location, { signal }));
  if (run.thumbs) turn.voted(run);
}
