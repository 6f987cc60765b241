/**
 * The members as a ring: the heavier the bigger, the leader with its lease around it, lost links in between.
 *
 * @module
 */

import { byId, type Element, setAttribute, setText, svg } from "./dom.ts";
import { formatWeight, type Point, ringPoints, shorten, sizesByWeight } from "./layout.ts";
import type { Scene, SceneMember } from "./trace.ts";
import { announcementOf, badgeOf } from "./words.ts";

const CENTER: Point = { x: 220, y: 190 };
const RADIUS = 128;
const SIZE = { least: 19, most: 29 };
/** Beyond this, lines between all of them are a grey disc. */
const MOST_LINES = 12;
/** ms between two pulses of a member: each single heartbeat would be a flicker. */
const CALM = 1000;

interface Figure {
  readonly group: Element;
  readonly halo: Element;
  readonly disc: Element;
  readonly lease: Element;
  readonly weight: Element;
  readonly name: Element;
  pulsed: number;
}

/** The picture. */
export class Ring {
  readonly #root = byId("ring");
  readonly #lines = byId("ring-lines");
  readonly #figures = byId("ring-members");
  readonly #byId = new Map<string, Figure>();
  #drawn = "";

  /** Shows a scene; `timeout` is the length of a lease. */
  show(scene: Scene, timeout: number): void {
    const { members } = scene;
    this.#arrange(members);
    const points = ringPoints(members.length, CENTER, RADIUS);
    this.#connect(scene, points);
    for (const member of members) this.#dress(member, timeout);
    setAttribute(this.#root, "aria-label", `Ring of ${members.length} members. ${announcementOf(scene)}`);
    const up = members.filter(({ phase }) => phase === "up" || phase === "blocked").length;
    setText(byId("ring-count"), members.length === 1 ? "" : `${up} of ${members.length}`);
    setText(byId("ring-caption"), members.length === 1 ? "" : "are up");
  }

  /** Draws the members anew where others are there, or weigh something else. */
  #arrange(members: readonly SceneMember[]): void {
    const drawn = JSON.stringify(members.map(({ track }) => [track.id, track.weight]));
    if (drawn === this.#drawn) return;
    this.#drawn = drawn;
    this.#byId.clear();
    const points = ringPoints(members.length, CENTER, RADIUS);
    const sizes = sizesByWeight(members.map(({ track }) => track.weight), SIZE.least, SIZE.most);
    for (const [index, { track }] of members.entries()) {
      this.#byId.set(track.id, makeFigure(track.id, track.weight, points[index] ?? CENTER, sizes[index] ?? SIZE.least));
    }
    this.#figures.replaceChildren(...[...this.#byId.values()].map(({ group }) => group));
  }

  #connect({ members, cuts }: Scene, points: readonly Point[]): void {
    const lost = new Set(cuts.flatMap(({ from, to }) => [JSON.stringify([from, to])]));
    let sound = "";
    let broken = "";
    for (const [index, { track }] of members.entries()) {
      for (let other = index + 1; other < members.length; other++) {
        const [from, to] = [points[index], points[other]];
        const peer = members[other];
        if (from === undefined || to === undefined || peer === undefined) continue;
        const line = `M${from.x} ${from.y}L${to.x} ${to.y}`;
        const ids = [track.id, peer.track.id];
        if (lost.has(JSON.stringify(ids)) || lost.has(JSON.stringify(ids.reverse()))) broken += line;
        else if (members.length <= MOST_LINES && present(members[index]) && present(peer)) sound += line;
      }
    }
    const [soundPath, brokenPath] = [byId("ring-sound"), byId("ring-broken")];
    setAttribute(soundPath, "d", sound === "" ? "M0 0" : sound);
    setAttribute(brokenPath, "d", broken === "" ? "M0 0" : broken);
    setAttribute(this.#lines, "data-broken", String(broken !== ""));
  }

  #dress(member: SceneMember, timeout: number): void {
    const { track, remaining } = member;
    const figure = this.#byId.get(track.id);
    if (figure === undefined) return;
    const { tone } = badgeOf(member);
    setAttribute(figure.group, "data-tone", tone);
    setAttribute(figure.group, "data-phase", member.phase);
    const share = tone !== "leader"
      ? 0
      : remaining === undefined || timeout === 0
      ? 1
      : Math.min(1, remaining / timeout);
    figure.lease.style.setProperty("stroke-dasharray", `${share.toFixed(3)} 2`);
    pulse(figure, member.sign);
  }
}

function pulse(figure: Figure, sign: number): void {
  // Back in time is as good a reason as forth.
  const passed = sign - figure.pulsed;
  if (!Number.isFinite(sign) || (passed >= 0 && passed < CALM)) return;
  figure.pulsed = sign;
  const halo = figure.halo.lastElementChild;
  if (halo === null) return;
  // The animation begins anew only where the element is put in anew.
  halo.remove();
  setAttribute(halo, "class", "halo-ring");
  figure.halo.append(halo);
}

function present(member: SceneMember | undefined): boolean {
  return member !== undefined && member.phase !== "down" && member.phase !== "gone";
}

function makeFigure(id: string, weight: number, { x, y }: Point, size: number): Figure {
  const at = { cx: String(x), cy: String(y) };
  const circle = (name: string, radius: number, more: Record<string, string> = {}): Element =>
    svg("circle", { class: name, ...at, r: String(radius), ...more });
  const halo = svg("g", { class: "halo" }, circle("halo-rest", size));
  const disc = circle("disc", size);
  const lease = circle("lease-arc", size + 6, { pathLength: "1", transform: `rotate(-90 ${x} ${y})` });
  const number = svg("text", { class: "weight", x: String(x), y: String(y) }, formatWeight(weight, 2));
  const outward = y < CENTER.y - 1 ? -1 : 1;
  const name = svg("text", { class: "name", x: String(x), y: String(y + outward * (size + 20)) }, shorten(id, 14));
  const track = circle("lease-track", size + 6);
  const group = svg("g", { class: "member" }, halo, track, lease, disc, number, name);
  return { group, halo, disc, lease, weight: number, name, pulsed: -Infinity };
}
