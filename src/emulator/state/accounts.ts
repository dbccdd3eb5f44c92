import type { Collection } from "./collection.ts";
import { add, isPositive, subtract } from "./decimal.ts";
import { baseName } from "./platform.ts";

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
export interface Accounts {
  get(key: AccountKey): Account;
  set(key: AccountKey, account: Account): void;
  /** Takes credits from the member and from the org. */
  charge(key: Required<AccountKey>, credits: string): void;
  /** Whether there are credits left, or no limit. */
  solvent(key: AccountKey): boolean;
}

export function openAccounts(accounts: Collection<Account>): Accounts {
  const name = ({ cluster, org, user }: AccountKey) =>
    user === undefined ? `${cluster}/${org}` : `${cluster}/${org}/${baseName(user)}`;
  const get = (key: AccountKey): Account => accounts.get(name(key)) ?? { spent: "0" };
  const take = (key: AccountKey, credits: string) => {
    const account = get(key);
    accounts.set(name(key), {
      ...account,
      spent: add(account.spent, credits),
      credits: account.credits && subtract(account.credits, credits),
    });
  };
  return {
    get,
    set: (key, account) => accounts.set(name(key), account),
    charge(key, credits) {
      take(key, credits);
      take({ cluster: key.cluster, org: key.org }, credits);
    },
    solvent(key) {
      const { credits } = get(key);
      return credits === undefined || isPositive(credits);
    },
  };
}
