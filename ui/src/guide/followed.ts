/** Drafts that followed their contact to somebody else: noticed when they are touched, and off the list from then on. */
import { Refusal } from "../api/client";

const KEY = "linje.followed";
const MOST = 50;

export function followedOnes(): string[] {
  try {
    const kept: unknown = JSON.parse(sessionStorage.getItem(KEY) ?? "[]");
    return Array.isArray(kept) ? kept.filter((each): each is string => typeof each === "string") : [];
  } catch {
    return [];
  }
}

export function noteFollowed(contact: string) {
  sessionStorage.setItem(KEY, JSON.stringify([...followedOnes(), contact].slice(-MOST)));
}

/** Whether somebody else has the contact now. */
export function isElsewhere(error: unknown): boolean {
  return error instanceof Refusal && error.problem.status === 409 && error.problem.code === "not_yours";
}
