// The offices of the demonstration that `run` has started: addresses, people, and their processes.
// It never ends a process that the demonstration or these tests did not start.
import { spawn } from "node:child_process";
import { appendFileSync, openSync, readFileSync, writeFileSync } from "node:fs";

const table = JSON.parse(readFileSync(required("MOHAR_TABLE"), "utf8"));

/** The password of everyone. */
export const password = table.password;

/** The id of the state, which an auditor trusts. */
export const state = table.state;

/** The command `mohar`. */
export const mohar = table.mohar;

/** An office by the demonstration's name for it: gad, division, district, depalpur, mhow. */
export function office(key) {
  const found = table.offices.find((one) => one.key === key);
  if (!found) throw new Error(`the demonstration has no office ${key}`);
  return found;
}

/** Who holds a post, with the post's and the office's Hindi name. */
export function holder(key, post) {
  const found = office(key).officers.find((one) => one.post === post);
  if (!found) throw new Error(`${key} has no post ${post}`);
  return { ...found, office: key, office_hi: office(key).name_hi };
}

/** Ends a node as a power cut does, and waits until its process is gone. */
export async function killNode(key) {
  const { pid, data } = office(key);
  const command = readFileSync(`/proc/${pid}/cmdline`, "utf8").split("\0");
  if (!command.includes(data)) throw new Error(`process ${pid} is not the node of ${key}`);
  process.kill(pid, "SIGKILL");
  await until(`the process of ${key} to end`, () => !isRunning(pid));
}

/** Starts a node by hand, as the demonstration tells people to; `run` ends it at last. */
export async function startNode(key) {
  const one = office(key);
  const log = openSync(one.log, "a");
  const child = spawn(table.daemon, ["--data", one.data], { detached: true, stdio: ["ignore", "ignore", log] });
  child.unref();
  one.pid = child.pid;
  appendFileSync(required("MOHAR_PIDS"), `${child.pid}\n`);
  writeFileSync(required("MOHAR_TABLE"), JSON.stringify(table)); // for the collections that follow
  await until(`${key} to answer`, () => answers(one.url));
}

/** Kills a node, runs something meanwhile, and starts the node again whatever came of it. */
export async function without(key, work) {
  await killNode(key);
  try {
    return await work();
  } finally {
    await startNode(key);
  }
}

/** Waits for a condition; says which one when its time is over. */
export async function until(what, condition, limit = 30_000) {
  const end = Date.now() + limit;
  for (;;) {
    if (await condition()) return;
    if (Date.now() > end) throw new Error(`waited ${limit / 1000} s in vain for ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

async function answers(url) {
  try {
    return (await fetch(new URL("healthz", url))).ok;
  } catch {
    return false;
  }
}

function isRunning(pid) {
  try {
    // A child that its parent has not asked about yet is dead, too: state Z.
    return !/^State:\s+[ZX]/m.test(readFileSync(`/proc/${pid}/status`, "utf8"));
  } catch {
    return false;
  }
}

function required(name) {
  const value = process.env[name];
  if (!value) throw new Error(`${name} is not set: start the tests with tests/browser/run`);
  return value;
}
