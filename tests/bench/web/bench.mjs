// bench.mjs SECONDS RATE: what bench.sh measures. Its daemon answers from the console's own process, without a wait.
import { execFileSync } from 'node:child_process';
import { readFileSync, readdirSync } from 'node:fs';
import { Console } from '../../browser/lib/console.mjs';
import { full, makeOperation, makeVm } from '../../browser/lib/world.mjs';

const [seconds, rate] = process.argv.slice(2).map(Number);
const world = full();
world.vms = Array.from({ length: 50 }, (_, i) => makeVm(`web-${i}`, i % 3 ? 'running' : 'stopped'));
world.operations = Array.from({ length: 500 }, (_, i) => makeOperation(`op-${i}`, 'vm.start', `web-${i % 50}`, 'succeeded'));
const console_ = await Console.start(world);
const { daemon } = console_;
const fixed = {};
for (const target of ['/v1/vms', '/v1/images', '/v1/operations', '/v1/operations?limit=500', '/v1/daemon', '/v1/plugins', '/v1/doctor', '/v1/config', '/v1/vm-options']) {
    fixed[`GET ${target}`] = (await daemon.answer({ method: 'GET', target, body: '' })).body;
}
console_.tell({ fixed });
await console_.next('done');

const { pid } = console_.child;
const alone = (processor, ...command) => execFileSync('taskset', ['-c', String(processor), ...command], { encoding: 'utf8' });
execFileSync('taskset', ['-a', '-cp', '0', String(pid)], { stdio: 'ignore' });

const unit = { us: 1e-3, ms: 1, s: 1e3 };
const in_ms = (text, name) => {
    const [, value, of] = new RegExp(`${name}\\s+([\\d.]+)(us|ms|s)`).exec(text);
    return value * unit[of];
};
function load(path, connections) {
    const said = alone(1, 'wrk', '-t1', `-c${connections}`, `-d${seconds}s`, '--latency', console_.url + path);
    if (/Non-2xx|Socket errors/.test(said)) throw new Error(`${path}: ${said}`);
    return { rate: Number(/Requests\/sec:\s+([\d.]+)/.exec(said)[1]), p50: in_ms(said, '50%'), p99: in_ms(said, '99%') };
}
const ticks = () => readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1].split(' ').slice(11, 13).reduce((sum, each) => sum + Number(each), 0);
const spent_ms = () => readdirSync(`/proc/${pid}/task`).reduce((sum, each) => sum + Number(readFileSync(`/proc/${pid}/task/${each}/schedstat`, 'utf8').split(' ')[0]) / 1e6, 0);
const resident = () => Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))[1]) / 1024;

let broken = 0;
function budget(what, value, unit_, most, least = null) {
    const kept = least === null ? value <= most : value >= least;
    broken += kept ? 0 : 1;
    console.log(`${kept ? 'kept  ' : 'BROKEN'}  ${what.padEnd(44)} ${value.toFixed(2).padStart(10)} ${unit_.padEnd(6)} (${least === null ? `at most ${most}` : `at least ${least}`})`);
}

load('/vms', 1); // what is made once
for (const path of ['/vms', '/', '/ops', '/vms/web-1/metrics?window=24h', '/api/v1/vms/web-1/metrics']) {
    const one = load(path, 1);
    budget(`${path}: one browser, half of its answers`, one.p50, 'ms', 3);
    budget(`${path}: one browser, 99 % of its answers`, one.p99, 'ms', 25);
}
// Side by side, so that what else the machine does meets both.
const rounds = Array.from({ length: 3 }, () => ({ page: load('/vms', 16), bare: load('/healthz', 16) }));
const median = values => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];
const pages = median(rounds.map(({ page }) => page.rate));
budget('/vms: pages a second, 16 connections', pages, '/s', null, rate);
console.log(`        beside /healthz ${median(rounds.map(({ bare }) => bare.rate)).toFixed(0)} /s, so ${(100 * median(rounds.map(({ page, bare }) => page.rate / bare.rate))).toFixed(1)} % of it; ${resident().toFixed(1)} MiB resident`);
const before = ticks();
await new Promise(done => setTimeout(done, seconds * 1000));
budget('nobody looks: of a processor', (ticks() - before) / seconds, '%', 0.5); // 100 ticks a second
// What it does all the same: figures are taken every 30 s, and never twice within 2 s.
const idle = spent_ms(), times = 5;
for (let i = 0; i < times; i++) {
    await new Promise(done => setTimeout(done, 2500));
    console_.tell({ timers: true });
    await console_.next('done');
}
budget('figures of 50 VMs, taken once', (spent_ms() - idle) / times, 'ms', 20);
await console_.stop();
process.exitCode = broken > 0 ? 1 : 0;
