import { Big } from "big.js";
import type { JobRecord } from "./job.ts";
import { baseName } from "./platform.ts";
import type { Collection } from "./store.ts";

/** What one org, or one member of it, may use in one cluster. Absent limits are none. Source: protocol reference 7.2. */
export interface Account {
  runningJobs?: number | undefined;
  /** Decimal text. */
  credits?: string | undefined;
  /** Decimal text. */
  spent: string;
}

export interface AccountKey {
  cluster: string;
  org: string;
  /** The org as a whole, if absent. */
  user?: string;
}

export type Accounts = ReturnType<typeof openAccounts>;

/** Quotas and credits of orgs and of their members. */
export function openAccounts(accounts: Collection<Account>) {
  const get = (key: AccountKey): Account => accounts.get(nameOf(key)) ?? { spent: "0" };
  const set = (key: AccountKey, account: Account) => void accounts.set(nameOf(key), account);
  return {
    get,
    set,
    /** What a job counts for: its owner's account, and that of the org. */
    of(job: Charged): { user: Account; org: Account } {
      const [user, org] = keysOf(job);
      return { user: get(user), org: get(org) };
    },
    charge(job: Charged, amount: string): void {
      for (const key of keysOf(job)) {
        const { credits, spent, ...account } = get(key);
        const left = credits && subtract(credits, amount);
        set(key, { ...account, credits: left, spent: add(spent, amount) });
      }
    },
  };
}

export function isSolvent({ credits }: Account): boolean {
  return credits === undefined || isPositive(credits);
}

type Charged = Pick<JobRecord, "cluster" | "org" | "owner">;

function keysOf({ cluster, org, owner: user }: Charged): [AccountKey, AccountKey] {
  return [
    { cluster, org, user },
    { cluster, org },
  ];
}

function nameOf({ cluster, org, user }: AccountKey): string {
  return user === undefined ? `${cluster}/${org}` : `${cluster}/${org}/${baseName(user)}`;
}

/** More digits than any result keeps. */
const EXACT_PLACES = 100;
const PATTERN = /^[+-]?\d+(\.\d+)?(E[+-]?\d{1,3})?$/i;

/**
 * Cost of running `microseconds` at a price per hour (decimal text), written as the platform's arithmetic (Python's
 * `decimal`, 28 digits) writes it. Source: protocol reference 3.7, 8 row 18.
 */
export function costOf(microseconds: number, pricePerHour: string): string {
  const product = new Exact(pricePerHour).times(Math.max(0, Math.round(microseconds)));
  return written(product.div(3_600_000_000), places(pricePerHour));
}

export function add(a: string, b: string): string {
  return written(new Exact(a).plus(b), Math.max(places(a), places(b)));
}

export function subtract(a: string, b: string): string {
  return written(new Exact(a).minus(b), Math.max(places(a), places(b)));
}

export function isPositive(text: string): boolean {
  return new Exact(text).gt(0);
}

export function isDecimal(text: string): boolean {
  return PATTERN.test(text);
}

/** A constructor of its own, since its settings are global. */
const Exact = Big();
Exact.DP = EXACT_PLACES;

function places(text: string): number {
  const [mantissa = "", exponent = "0"] = text.split(/e/i);
  return (mantissa.split(".")[1]?.length ?? 0) - Number(exponent);
}

/** At least `least` places; exponent form below 1E-6. */
function written(value: Big, least: number): string {
  const shown = value.prec(28);
  if (shown.e < -6) return shown.toExponential().toUpperCase();
  return shown.toFixed(Math.max(least, shown.c.length - 1 - shown.e, 0));
}
