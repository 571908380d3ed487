#!/usr/bin/env node
// What kubectl asks when somebody completes `kubectl pingo ...`.
import { launch } from "./launch.js";

process.argv.splice(2, 0, "__complete");
await launch({ name: "main-kubectl", bin: import.meta.url, defaultCommand: "check" });
