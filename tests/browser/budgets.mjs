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
    world.operations = Array.from({ length: 500 }, (_, i) => makeOperation(`op-${i}`, 'start', `web-${i % 50}`, 'succeeded'));
    [browser, console_] = await together(launch(), Console.start(world));
});
after(async () => {
    await browser?.close();
    await console_?.stop();
});

for (const path of ['/', '/vms', '/vms/web-1', '/vms/-/new', '/images', '/ops', '/ports', '/settings']) {
    test(path, async t => {
        const watched = await open(browser, console_);
        const asked = [];
        watched.page.on('response', response => {
            if (new URL(response.url()).pathname !== '/events') asked.push(response); // which has no end
        });
        await watched.page.addInitScript(() => {
            globalThis.shift = 0;
            new PerformanceObserver(list => list.getEntries().forEach(each => { globalThis.shift += each.value; })).observe({ type: 'layout-shift', buffered: true });
        });
        await watched.go(path);
        const size = { html: 0, css: 0, js: 0, all: 0 };
        for (const response of asked) {
            const url = response.url();
            const gz = gzipSync(await response.body(), { level: 9 }).length;
            const kind = url.endsWith('.css') ? 'css' : url.endsWith('.js') ? 'js' : url.endsWith('.svg') ? 'svg' : 'html';
            size[kind] = (size[kind] ?? 0) + gz;
            size.all += gz;
        }
        t.diagnostic(`${path}: ${JSON.stringify(size)} bytes gz, ${asked.length} requests`);
        assert.ok(asked.length <= 6, `${asked.length} requests`);
        assert.ok(size.html > 0 && size.css > 0 && size.js > 0, 'something was not measured');
        assert.ok(size.html <= 12 * kB, `HTML ${size.html}`);
        assert.ok(size.css <= 8 * kB, `CSS ${size.css}`);
        assert.ok(size.js <= 8 * kB, `JavaScript ${size.js}`);
        assert.ok(size.all <= 45 * kB, `all ${size.all}`);
        const shift = await watched.page.evaluate(() => globalThis.shift);
        assert.ok(shift < 0.02, `the layout moves by ${shift} while it is loaded`);
        await watched.close();
    });
}

test('charts cost 25 kB more, and on their pages alone', async t => {
    const files = async path => {
        const html = await (await fetch(console_.url + path)).text();
        assert.ok(gzipSync(html, { level: 9 }).length <= 12 * kB, `HTML of ${path}`);
        return new Set([...html.matchAll(/"(\/static\/[^"]+\.(?:css|js))"/g)].map(each => each[1]));
    };
    const core = await files('/vms/web-1');
    for (const path of ['/metrics', '/vms/web-1/metrics', '/vms/web-1/metrics?window=24h']) {
        const more = [...await files(path)].filter(each => !core.has(each));
        assert.deepEqual(more.map(each => each.split('/').pop()), ['charts.css', 'charts.js']);
        let size = 0;
        for (const each of more) {
            const packed = await fetch(console_.url + each, { headers: { 'Accept-Encoding': 'gzip' } });
            assert.equal(packed.headers.get('content-encoding'), 'gzip');
            size += gzipSync(await packed.text(), { level: 9 }).length;
        }
        t.diagnostic(`${path}: ${size} bytes gz more`);
        assert.ok(size <= 25 * kB, `${size} bytes`);
    }
    const watched = await open(browser, console_);
    await watched.page.addInitScript(() => {
        globalThis.shift = 0;
        new PerformanceObserver(list => list.getEntries().forEach(each => { globalThis.shift += each.value; })).observe({ type: 'layout-shift', buffered: true });
    });
    await watched.go('/vms/web-1/metrics');
    await watched.page.locator('.uplot canvas').first().waitFor();
    const shift = await watched.page.evaluate(() => globalThis.shift);
    assert.ok(shift < 0.02, `the layout moves by ${shift} when charts are drawn anew`);
    await watched.close();
});

test('what has its digest in its address is kept, and not asked for again', async () => {
    const watched = await open(browser, console_);
    const sent = () => watched.page.evaluate(() => performance.getEntriesByType('resource').filter(each => each.name.includes('/static/') && /\.(css|js)$/.test(each.name)).map(each => each.transferSize));
    await watched.go('/vms');
    assert.ok((await sent()).every(size => size > 0) && (await sent()).length >= 2);
    await watched.go('/images');
    assert.ok((await sent()).every(size => size === 0) && (await sent()).length >= 2, `sent again: ${await sent()}`);
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
