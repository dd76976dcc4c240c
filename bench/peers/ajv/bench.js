// SPDX-License-Identifier: Apache-2.0
// Prints nanoseconds per document as one line of JSON: JSON.parse with compiled ajv, and ajv alone.
// Median of several rounds, after a warm-up that lets the compiler settle. CPU time of the process
// (its garbage collector included), so that other load on the machine does not count.
'use strict';
const fs = require('fs');
const path = require('path');
const Ajv2020 = require('ajv/dist/2020');
const addFormats = require('ajv-formats');

const read = (name) => fs.readFileSync(path.join(__dirname, name), 'utf8');
const body = read('body.json').trim();
const ajv = new Ajv2020({strict: false});
addFormats(ajv);
const validate = ajv.compile(JSON.parse(read('schema.json')));
const parsed = JSON.parse(body);
if (!validate(parsed)) throw new Error(JSON.stringify(validate.errors));

const kPerRound = 200000;
const kRounds = 9;

function nanoseconds(work) {
  const rounds = [];
  for (let round = 0; round < kRounds + 2; ++round) {
    const start = process.cpuUsage();
    let valid = 0;
    for (let i = 0; i < kPerRound; ++i) valid += work() ? 1 : 0;
    const used = process.cpuUsage(start);
    const spent = (used.user + used.system) * 1000 / kPerRound;
    if (valid !== kPerRound) throw new Error('a document was refused');
    if (round >= 2) rounds.push(spent);
  }
  rounds.sort((a, b) => a - b);
  return {median: rounds[kRounds >> 1], min: rounds[0], max: rounds[kRounds - 1]};
}

console.log(JSON.stringify({
  peer: 'ajv',
  version: require('ajv/package.json').version,
  node: process.version,
  body_bytes: Buffer.byteLength(body),
  parse_validate_ns: nanoseconds(() => validate(JSON.parse(body))),
  validate_ns: nanoseconds(() => validate(parsed)),
}));
