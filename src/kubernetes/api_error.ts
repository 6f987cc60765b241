/**
 * Answers of the API server that are no success.
 *
 * @module
 */

import { describe } from "../errors.ts";
import { escapeUnprintable } from "../base/printable.ts";
import { numberAt, parseObject, textAt } from "./json.ts";
import { API_LIMITS } from "./limits.ts";

/** The API server answered, and refused. */
export class ApiError extends Error {
  /** The HTTP status. */
  readonly status: number;
  /** Kubernetes' word for it: `Forbidden`, `Conflict`, `AlreadyExists`, `Expired`. */
  readonly reason: string;
  /** How long the server wants to be left alone, in ms. */
  readonly retryAfter: number;

  /** An answer with this status. */
  constructor(status: number, reason: string, message: string, retryAfter = 0) {
    super(escapeUnprintable(message));
    this.name = "ApiError";
    this.status = status;
    this.reason = reason;
    this.retryAfter = retryAfter;
  }
}

/** The error that a `Status` of the API server means, whether it is an answer or an event of a watch. */
export function errorOfStatus(status: unknown, httpStatus: number, retryAfter = 0): ApiError {
  const code = numberAt(status, "code") ?? httpStatus;
  const message = textAt(status, "message") ?? "no reason given";
  return new ApiError(code, textAt(status, "reason") ?? "", message.slice(0, API_LIMITS.messageText), retryAfter);
}

/** The error that an answer means. A proxy in between may answer with anything. */
export function errorOfAnswer(httpStatus: number, body: string, retryAfter: string | undefined): ApiError {
  const status = parseObject(body);
  const wait = /^\d{1,3}$/u.test(retryAfter ?? "") ? Number(retryAfter) * 1000 : 0;
  if (status === undefined) return new ApiError(httpStatus, "", `HTTP ${httpStatus}, ${describe(body.trim())}`, wait);
  return errorOfStatus(status, httpStatus, wait);
}

/** Whether the error is an answer with this status. */
export function hasStatus(error: unknown, ...statuses: readonly number[]): error is ApiError {
  return error instanceof ApiError && statuses.includes(error.status);
}
