// The browser's copy of unsent text: a safety net, the node's copy is the real one.
// Two stores, because each fails alone: localStorage is written at once and survives a killed tab;
// IndexedDB with strict durability survives a power cut.

export interface Copy {
  text: string;
  /** The version of the node's copy on which this text was written. */
  version: number;
  /** When, milliseconds. */
  at: number;
  /** The form was sent; the copy is obsolete once the node's version has grown. */
  sent: boolean;
}

const DATABASE = "mohar";
const STORE = "drafts";

/** Written before it returns, as far as the browser allows; for closing pages. */
export function keepNow(key: string, copy: Copy): void {
  try {
    localStorage.setItem(key, JSON.stringify(copy));
  } catch {
    // Full or forbidden: the other store remains.
  }
}

/** Resolves to true when the copy is on the disk of this computer. */
export async function keep(key: string, copy: Copy): Promise<boolean> {
  keepNow(key, copy);
  return (await write((store) => store.put(copy, key))) !== undefined;
}

export async function forget(key: string): Promise<void> {
  try {
    localStorage.removeItem(key);
  } catch {
    // Nothing was kept there.
  }
  await write((store) => store.delete(key));
}

/** The newer of the two copies. */
export async function recall(key: string): Promise<Copy | undefined> {
  const copies = [fromLocal(key), await fromDatabase(key)].filter(isCopy);
  return copies.sort((a, b) => b.at - a.at)[0];
}

function fromLocal(key: string): unknown {
  try {
    return JSON.parse(localStorage.getItem(key) ?? "null");
  } catch {
    return undefined;
  }
}

async function fromDatabase(key: string): Promise<unknown> {
  const database = await open();
  if (!database) return undefined;
  return new Promise((resolve) => {
    const request = database.transaction(STORE).objectStore(STORE).get(key);
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => resolve(undefined);
  });
}

async function write(change: (store: IDBObjectStore) => IDBRequest): Promise<true | undefined> {
  const database = await open();
  if (!database) return undefined;
  return new Promise((resolve) => {
    const transaction = database.transaction(STORE, "readwrite", { durability: "strict" });
    transaction.oncomplete = () => resolve(true);
    transaction.onerror = transaction.onabort = () => resolve(undefined);
    change(transaction.objectStore(STORE));
  });
}

let opened: Promise<IDBDatabase | undefined> | undefined;

function open(): Promise<IDBDatabase | undefined> {
  opened ??= new Promise((resolve) => {
    try {
      const request = indexedDB.open(DATABASE, 1);
      request.onupgradeneeded = () => request.result.createObjectStore(STORE);
      request.onsuccess = () => resolve(request.result);
      request.onerror = () => resolve(undefined);
      request.onblocked = () => resolve(undefined);
    } catch {
      resolve(undefined);
    }
  });
  return opened;
}

function isCopy(value: unknown): value is Copy {
  if (typeof value !== "object" || value === null) return false;
  const copy = value as Partial<Copy>;
  return typeof copy.text === "string" && typeof copy.version === "number" && typeof copy.at === "number";
}
