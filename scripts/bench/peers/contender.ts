/**
 * What elects one of three processes, and how it is started.
 *
 * @module
 */

/** What cannot be measured here, and why. */
export class UnavailableContenderError extends Error {
  override name = "UnavailableContenderError";
}

/** A program and its arguments. */
export interface Program {
  readonly program: string;
  readonly args: readonly string[];
}

/** What all members of a contender share. */
export interface Stand {
  /** The port of each member, on loopback. */
  readonly ports: readonly number[];
  /** A folder that is removed afterwards. */
  readonly folder: string;
  /** Starts a server in the place where the members will run; it is ended afterwards. */
  serve(program: Program): Promise<void>;
}

/** A system that elects. */
export interface Contender {
  /** As the table has it. */
  readonly name: string;
  /** ms between signs of life. */
  readonly interval: number;
  /** ms that a lease, a session or a member that is silent lasts. */
  readonly timeout: number;
  /** Something to know of its figures. */
  readonly remark?: string;
  /**
   * Prepares what the members need; returns how to start the one with this index.
   *
   * @throws {UnavailableContenderError} Where this machine lacks what it takes.
   */
  prepare(stand: Stand): Promise<(index: number) => Program>;
}
