// What a person does with examples/web, in a real browser. It prints what was
// seen as JSON; the Go test decides whether that is right.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { chromium } from "playwright-core";

const { url, chromium: executablePath, proxy, cut } = JSON.parse(readFileSync(0, "utf8"));
const seen = { complaints: [], foreign: [], barriers: [] };
const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const browser = await chromium.launch({
  executablePath,
  proxy: { server: proxy, bypass: "<-loopback>" }, // the test's own, which can cut connections
  args: [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
  ],
});
const context = await browser.newContext({ viewport: { width: 390, height: 844 } });
context.setDefaultTimeout(15_000);
const page = await context.newPage();
page.on("pageerror", (err) => seen.complaints.push(String(err)));
page.on("console", (m) => m.type() === "error" && !/Failed to load resource/.test(m.text()) && seen.complaints.push(m.text()));
page.on("request", (r) => new URL(r.url()).origin !== url && seen.foreign.push(r.url()));

const turn = (n) => page.locator(".turn").nth(n);
const text = (n) => turn(n).locator(".text").allInnerTexts();
const state = (n) => turn(n).getAttribute("data-state");
const ended = async (n) => {
  try {
    await page.waitForFunction((i) => document.querySelectorAll(".turn")[i]?.dataset.state, n);
  } catch {
    throw new Error(`answer ${n} does not end; the page says:\n${await page.locator("#talk").innerText()}`);
  }
};
const ask = async (question) => {
  await page.locator("#question").fill(question);
  await page.keyboard.press("Enter");
};

// looked finds what people who cannot see, point or tell colours apart cannot
// use, on the light page and on the dark one.
const looked = async (when) => {
  for (const colorScheme of ["dark", "light"]) {
    await page.emulateMedia({ colorScheme, reducedMotion: "reduce" }); // what moves is half transparent
    await page.evaluate(axe);
    const { violations } = await page.evaluate(() => window.axe.run());
    for (const v of violations) seen.barriers.push(`${when}, ${colorScheme}: ${v.help}: ${v.nodes.map((n) => n.html).join(" ")}`);
  }
  await page.emulateMedia({ reducedMotion: null });
};

const opened = await page.goto(url);
seen.policy = opened.headers()["content-security-policy"];
seen.where = await page.locator(".where").innerText();
seen.focus = await page.evaluate(() => document.activeElement.id);
await looked("at first");
await page.evaluate(() => {
  // Notes when the answer grew, and what a screen reader is told.
  window.grown = [];
  window.told = [];
  new MutationObserver(() => {
    const n = document.querySelector(".turn .body")?.textContent.length ?? 0;
    if (n !== window.grown.at(-1)?.n) window.grown.push({ n, at: performance.now() });
  }).observe(document.getElementById("talk"), { subtree: true, childList: true, characterData: true });
  new MutationObserver(() => window.told.push(document.getElementById("status").textContent)).observe(document.getElementById("status"), { childList: true });
});

// A question: a throttle is waited for, a tool is called, the words come.
await ask("Where is my order A-1001?");
await ended(0);
seen.asked = {
  state: await state(0),
  text: await text(0),
  notes: await turn(0).locator(".note .title").allInnerTexts(),
  facts: await turn(0).locator(".facts summary").innerText(),
  grown: await page.evaluate(() => window.grown),
  told: await page.evaluate(() => window.told),
  focus: await page.evaluate(() => document.activeElement.id),
};
await turn(0).locator(".facts summary").click();
seen.asked.dl = await turn(0).locator(".facts dl").innerText();

// A vote and a comment.
await turn(0).getByRole("button", { name: "Good answer" }).click();
await page.waitForFunction(() => document.activeElement.closest(".comment"));
await page.keyboard.type("quick & kind");
await page.keyboard.press("Enter");
await turn(0).locator(".thanks").waitFor();
seen.voted = await turn(0).getByRole("button", { name: "Good answer" }).getAttribute("aria-pressed");

// A follow-up, which only the session can answer.
await ask("And what was in it?");
await ended(1);
seen.followUp = await text(1);

await looked("answered");

// An answer that would take a minute is stopped.
await ask("Tell me an endless story");
await turn(2).locator(".text").waitFor();
await page.keyboard.press("Escape");
await ended(2);
seen.stopped = { state: await state(2), said: await turn(2).locator(".fault").innerText(), text: await text(2) };

// A failure is told kindly.
await ask("What if it goes wrong?");
await ended(3);
seen.failed = { state: await state(3), said: await turn(3).locator(".fault").innerText() };

await looked("failed");

// The network goes away in the middle of an answer, and comes back.
await ask("Count to twenty");
await turn(4).locator(".text").waitFor();
await fetch(cut, { method: "POST" });
await ended(4);
seen.cut = { state: await state(4), text: await text(4) };

// A reload in the middle of an answer: it goes on, and the conversation is there.
await ask("Count to twenty");
await turn(5).locator(".text").waitFor();
const before = await text(0);
await page.reload();
await ended(5);
seen.reloaded = {
  states: await page.locator(".turn").evaluateAll((all) => all.map((t) => t.dataset.state)),
  same: JSON.stringify(before) === JSON.stringify(await text(0)),
  voted: await turn(0).getByRole("button", { name: "Good answer" }).getAttribute("aria-pressed"),
  text: await text(5),
};
seen.tooWide = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);

// Nobody is there any more.
await context.setOffline(true);
await ask("Are you there?");
await ended(6);
seen.offline = await turn(6).locator(".fault").innerText();
await context.setOffline(false);
await turn(6).getByRole("button", { name: "Ask again" }).click();
await ended(7);
seen.back = await state(7);

// A new conversation knows nothing of the old one.
await Promise.all([page.waitForEvent("load"), page.getByRole("button", { name: "New conversation" }).click()]);
await ask("And what was in it?");
await ended(0);
seen.fresh = await text(0);

await browser.close();
process.stdout.write(JSON.stringify(seen));
