// Finding: from the field of every page, with the key, in another spelling, in Roman letters, without
// scripts; and that another post finds nothing of it.
import assert from "node:assert/strict";
import { test } from "node:test";
import { mkdirSync } from "node:fs";
import { AxeBuilder } from "@axe-core/playwright";
import { until } from "./support/offices.mjs";
import { Officer, subject } from "./support/officer.mjs";
