/**
 * Where the page hears of changes: server-sent events, or a story that is over.
 *
 * @module
 */

import { type News, readNews, readStory, type Story } from "./change.ts";

/** What is heard. */
export interface Listener {
  /** Everything so far: what was heard before is void. */
  onStory(story: Story): void;
  onNews(news: News): void;
  /** Whether the server answers. */
  onConnected(connected: boolean): void;
}

/** Follows a server. The browser connects again by itself, and is then told the whole story anew. */
export function follow(listener: Listener): void {
  const source = new EventSource("changes");
  source.addEventListener("open", () => listener.onConnected(true));
  source.addEventListener("error", () => {
    listener.onConnected(false);
    // Refused, not only interrupted: the browser would not try again.
    if (source.readyState === EventSource.CLOSED) setTimeout(() => follow(listener), 5000);
  });
  source.addEventListener("story", ({ data }) => {
    const story = readStory(String(data));
    if (story !== undefined) listener.onStory(story);
  });
  source.addEventListener("news", ({ data }) => {
    const news = readNews(String(data));
    if (news !== undefined) listener.onNews(news);
  });
}

/** Takes a story that is over. */
export async function load(): Promise<Story> {
  const response = await fetch("story");
  const story = response.ok ? readStory(await response.text()) : undefined;
  if (story === undefined) throw new Error(`The trace cannot be read (${response.status})`);
  return story;
}

/** Asks the demo to do something to a member; resolves to what went wrong. */
export async function request(id: string, deed: string): Promise<string | undefined> {
  try {
    const response = await fetch("act", {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ id, deed }),
    });
    return response.ok ? undefined : await response.text();
  } catch {
    return "The demo does not answer.";
  }
}

/** The server's clock, as far as it is known: the news that took the least time tells it best. */
export class ServerClock {
  #offset = -Infinity;
  readonly #local: () => number;

  constructor(local: () => number = () => performance.now()) {
    this.#local = local;
  }

  /** The server's time when something was sent; `anew` after a connection was lost. */
  hear(now: number, anew = false): void {
    const offset = now - this.#local();
    this.#offset = anew ? offset : Math.max(this.#offset, offset);
  }

  /** The server's time now. */
  now(): number {
    return this.#local() + this.#offset;
  }
}
