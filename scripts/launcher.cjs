#!/usr/bin/env node
"use strict";
// Starts app.js. Most of a start is compiling it, so what was compiled is kept for the next one.
const nodeModule = require("node:module");

if (nodeModule.enableCompileCache) {
  nodeModule.enableCompileCache();
  require("./app.js");
} else require("./compiled.js").start(require("node:path").join(__dirname, "app.js"), "BUILD");
