// What a first visit costs, with 50 VMs and 500 operations. How quick the server is: make bench-web.
import { after, before, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import assert from 'node:assert/strict';
import { launch, open, together } from './lib/browser.mjs';
import { Console } from './lib/console.mjs';
import { full, makeOperation, makeVm } from './lib/world.mjs';

const kB = 1000;
let browser, console_;
before(async () => {
    const world = full();
    world.vms = Array.from({ length: 50 }, (_, i) => makeVm(`web-${i}`, i % 3 ? 'running' : 'stopped'));
    world.operations = Array.from({ length: 500 }, (_, i) => makeOperation(`op-${i}`, 'vm.start', `web-${i % 50}`, 'succeeded'));
    [browser, console_] = await together(launch(), Console.start(world));
});
after(async () => {
    await browser?.close();
    await console_?.stop();
});

for (const path of ['/', '/vms', '/vms/web-1', '/vms/new', '/images', '/ops', '/ports', '/settings']) {
    test(path, async t => {
        const watched = await open(browser, console_);
        const bodies = new Map();
        watched.page.on('response', async response => {
            if (!response.url().endsWith('/events')) bodies.set(response.url(), await response.body().catch(() => Buffer.alloc(0)));
        });
        await watched.page.addInitScript(() => {
            globalThis.longest = 0;
            globalThis.shift = 0;
            new PerformanceObserver(list => list.getEntries().forEach(each => { globalThis.longest = Math.max(globalThis.longest, each.duration); })).observe({ type: 'longtask', buffered: true });
            new PerformanceObserver(list => list.getEntries().forEach(each => { globalThis.shift += each.value; })).observe({ type: 'layout-shift', buffered: true });
        });
        await watched.go(path);
        await watched.page.waitForLoadState('load');
        const size = { html: 0, css: 0, js: 0, all: 0 };
        for (const [url, body] of bodies) {
            const gz = gzipSync(body, { level: 9 }).length;
            const kind = url.endsWith('.css') ? 'css' : url.endsWith('.js') ? 'js' : url.endsWith('.svg') ? 'svg' : 'html';
            size[kind] = (size[kind] ?? 0) + gz;
            size.all += gz;
        }
        t.diagnostic(`${path}: ${JSON.stringify(size)} bytes gz, ${bodies.size} requests`);
        assert.ok(bodies.size <= 6, `${bodies.size} requests`);
        assert.ok(size.html <= 12 * kB, `HTML ${size.html}`);
        assert.ok(size.css <= 8 * kB, `CSS ${size.css}`);
        assert.ok(size.js <= 8 * kB, `JavaScript ${size.js}`);
        assert.ok(size.all <= 45 * kB, `all ${size.all}`);
        assert.ok(await watched.page.evaluate(() => globalThis.shift) < 0.02, 'the layout moves while it is loaded');
        await watched.close();
    });
}

test('what has its digest in its address is kept, and not asked for again', async () => {
    const watched = await open(browser, console_);
    await watched.go('/vms');
    const asked = [];
    watched.page.on('response', response => { if (response.url().includes('/static/') && !response.fromServiceWorker()) asked.push(response); });
    await watched.go('/images');
    const fresh = [];
    for (const response of asked) {
        if (!(await response.request().sizes().catch(() => ({ responseBodySize: 0 }))).responseBodySize) continue;
        fresh.push(response.url());
    }
    assert.deepEqual(fresh, []);
    await watched.close();
});

test('static files are sent whole or compressed, as asked', async () => {
    const html = await (await fetch(`${console_.url}/vms`)).text();
    const css = /href="(\/static\/[^"]+\.css)"/.exec(html)[1];
    const packed = await fetch(console_.url + css, { headers: { 'Accept-Encoding': 'gzip' } });
    assert.equal(packed.headers.get('content-encoding'), 'gzip');
    assert.match(packed.headers.get('cache-control'), /immutable/);
    const whole = await fetch(console_.url + css, { headers: { 'Accept-Encoding': 'identity' } });
    assert.equal(whole.headers.get('content-encoding'), null);
    assert.equal(await whole.text(), await packed.text());
});
