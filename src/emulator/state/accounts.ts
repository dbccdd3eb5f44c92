import { add, isPositive, subtract } from "./decimal.ts";
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

/** Quotas and credits. */
export class Accounts {
  readonly #accounts: Collection<Account>;

  constructor(accounts: Collection<Account>) {
    this.#accounts = accounts;
  }

  get(key: AccountKey): Account {
    return this.#accounts.get(nameOf(key)) ?? { spent: "0" };
  }

  set(key: AccountKey, account: Account): void {
    this.#accounts.set(nameOf(key), account);
  }

  /** What a job counts for: its owner's account, and that of the org. */
  of(job: Charged): { user: Account; org: Account } {
    const [user, org] = keysOf(job);
    return { user: this.get(user), org: this.get(org) };
  }

  /** Takes credits from the owner of a job and from the org. */
  charge(job: Charged, amount: string): void {
    for (const key of keysOf(job)) {
      const { credits, spent, ...account } = this.get(key);
      const left = credits && subtract(credits, amount);
      this.set(key, { ...account, credits: left, spent: add(spent, amount) });
    }
  }
}

/** Whether there are credits left, or no limit. */
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
