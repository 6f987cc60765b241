/**
 * The page.
 *
 * @module
 */

import type { Heading, Story } from "./change.ts";
import { Elections } from "./elections.ts";
import { byId, html, page, setAttribute, setText } from "./dom.ts";
import { follow, load, request, ServerClock } from "./feed.ts";
import { Lanes } from "./lanes.ts";
import type { Span } from "./layout.ts";
import { Log } from "./log.ts";
import { Player } from "./player.ts";
import { Ring } from "./ring.ts";
import { type Act, Roster } from "./roster.ts";
import { reasonsAt, Trace } from "./trace.ts";
import { announcementOf, type Clock, headlineOf, leaseOf, linksOf } from "./words.ts";

/** ms between two pictures of what goes on by itself: the lease that runs down, the time that passes. */
const REDRAW = 100;

const NO_HEADING: Heading = { title: "", detail: "", timeout: 0, exclusive: true, observer: null };

/** How much of the time can be shown, in ms; 0 is all of it. */
const WINDOWS = {
  live: { "the last minute": 60_000, "10 minutes": 600_000, "an hour": 3_600_000, "everything": 0 },
  recorded: { "everything": 0, "10 seconds": 10_000, "2 seconds": 2000 },
} as const;

/** Lets the user choose how much is shown. */
function offer(windows: Readonly<Record<string, number>>, onChange: () => void): void {
  const select = byId("window");
  select.append(...Object.entries(windows).map(([label, ms]) => html("option", { value: String(ms) }, label)));
  select.addEventListener("change", onChange);
}

/** All parts of the page, which show one trace at one time. */
class View {
  heading = NO_HEADING;
  trace = new Trace();
  readonly lanes = new Lanes();
  readonly #clock: Clock;
  readonly #ring = new Ring();
  readonly #roster: Roster;
  readonly #log = new Log();
  readonly #elections = new Elections();
  #said = "";

  constructor(clock: Clock, act?: Act) {
    this.#clock = clock;
    this.#roster = new Roster(act);
  }

  begin({ heading, changes }: Story): void {
    this.heading = heading;
    this.trace = new Trace();
    for (const change of changes) this.trace.apply(change);
    setText(byId("title"), heading.title);
    setText(byId("detail"), heading.detail);
  }

  /** Shows `at`, and of the timeline `span`; returns who leads. */
  show(at: number, span: Span, now: number, live: boolean): string {
    const { heading, trace } = this;
    const clock = this.#clock;
    const scene = trace.sceneAt(at);
    const { title, detail } = headlineOf(scene, clock);
    setText(byId("headline"), title);
    setText(byId("since"), detail);
    setText(byId("why"), scene.leader === undefined ? reasonsAt(scene.members, at).join(" ") : "");
    setAttribute(byId("now"), "data-tone", scene.leaders.length === 1 ? "good" : "bad");
    const lease = leaseOf(scene, heading);
    setText(byId("lease-text"), lease.text);
    byId("lease-bar").style.setProperty("--share", lease.share.toFixed(3));
    const lost = linksOf(scene.cuts);
    setText(byId("links"), lost.length === 0 ? "No link is lost." : `Lost: ${lost.join(", ")}`);
    page().title = `${title} · Democracy`;
    this.#ring.show(scene, heading.timeout);
    this.#roster.show(scene, heading.observer);
    const cursor = live ? undefined : at;
    this.lanes.show(trace, { span, now, clock, live, cursor, exclusive: heading.exclusive });
    this.#log.show(trace.notes, at, clock);
    this.#elections.show(trace.elections, trace.electionChanges, clock);
    this.#announce(announcementOf(scene));
    return title;
  }

  #announce(text: string): void {
    if (text === this.#said) return;
    this.#said = text;
    setText(byId("announcement"), text);
  }
}

function connection(text: string, tone: string): void {
  setText(byId("connection"), text);
  setAttribute(byId("connection"), "data-tone", tone);
}

/** Shows what goes on. */
function live(act?: Act): void {
  const view = new View("wall", act);
  const clock = new ServerClock();
  let heard = false;
  const draw = (): void => {
    if (!heard) return;
    const now = clock.now();
    const chosen = Number(byId("window").value);
    const from = chosen === 0 ? Math.min(view.trace.begin, now - 1000) : now - chosen;
    view.show(now, { from, to: now }, now, true);
  };
  offer(WINDOWS.live, draw);
  follow({
    onStory: (story) => {
      clock.hear(story.now, true);
      view.begin(story);
      heard = true;
      draw();
    },
    onNews: ({ now, changes }) => {
      clock.hear(now);
      for (const change of changes) view.trace.apply(change);
      draw();
    },
    onConnected: (connected) => connection(connected ? "Live" : "Connection lost", connected ? "good" : "bad"),
  });
  setInterval(draw, REDRAW);
}

/** Does it, and says what went wrong. */
async function act(id: string, deed: string): Promise<void> {
  const trouble = await request(id, deed);
  setText(byId("trouble"), trouble ?? "");
}

/** The part of a trace around a time; `length` 0 is all of it. */
export function windowAround(at: number, length: number, whole: Span): Span {
  if (length === 0 || length >= whole.to - whole.from) return whole;
  const from = Math.min(Math.max(whole.from, at - length / 2), whole.to - length);
  return { from, to: from + length };
}

/** Plays what is over. */
async function recorded(): Promise<void> {
  const view = new View("simulated");
  const story = await load();
  connection("Recorded", "plain");
  view.begin(story);
  const whole: Span = { from: 0, to: story.now };
  const stops = view.trace.members(whole.to).flatMap(({ beliefs }) =>
    beliefs.flatMap(({ from, to }) => to === undefined ? [from] : [from, to])
  );
  let span = whole;
  const show = (): void => {
    span = windowAround(player.at, Number(byId("window").value), whole);
    player.tell(view.show(player.at, span, whole.to, false));
  };
  const player = new Player(whole, stops.sort((one, other) => one - other), show);
  view.lanes.onSeek = (share) => {
    player.seek(span.from + share * (span.to - span.from));
    show();
  };
  offer(WINDOWS.recorded, show);
  player.seek(0);
  show();
}

/** Starts the page in the mode that its server has written into it. */
export async function start(): Promise<void> {
  const mode = page().documentElement.getAttribute("data-mode");
  if (mode === "member") live();
  else if (mode === "demo") live((id, deed) => void act(id, deed));
  else {
    try {
      await recorded();
    } catch (error) {
      connection("No trace", "bad");
      setText(byId("trouble"), error instanceof Error ? error.message : String(error));
    }
  }
}
