// Charts of VMs and of this machine: drawn by the server, and by uPlot where there is JavaScript; they go on by themselves
// while somebody looks.
import { test } from 'node:test';
import assert from 'node:assert/strict';
import { axe, open, sizes } from './lib/browser.mjs';
import { aPageForEachTest, browser, console_, daemon, page, watched } from './lib/suite.mjs';
import { makeVm } from './lib/world.mjs';

aPageForEachTest();

const GiB = 1024 ** 3;
let uptime = 1000;
/// What the guest of `running` says next, so many seconds after what it said before.
const say = async ({ seconds = 10, cpu = 50, used = 0.5 * GiB, received = 0 } = {}) => {
    const vm = daemon.world.vms.find(each => each.name === 'running');
    vm.pid = process.pid; // whose disks are read and written: that much is real
    vm.guest = makeVm('running', 'running').guest;
    const { stats } = vm.guest;
    const { cpu: before = { user_ms: 0, idle_ms: 0 }, network: [{ rx_bytes }] = [{ rx_bytes: 0 }] } = said ?? {};
    stats.uptime_ms = uptime += seconds * 1000;
    stats.cpu = { user_ms: before.user_ms + seconds * 10 * cpu, system_ms: 0, idle_ms: before.idle_ms + seconds * (1000 - 10 * cpu), iowait_ms: 0, steal_ms: 0 };
    stats.memory = { total: GiB, available: GiB - used };
    stats.network = [{ name: 'eth0', rx_bytes: rx_bytes + seconds * received, tx_bytes: 0 }];
    said = stats;
    await console_.changed({ type: 'vm.state', vm: 'stopped', id: 'x', state: 'stopped' });
};
let said;
const path = '/vms/running/metrics';
const cell = (metric, of) => page.locator(`[data-metric="${metric}"] [data-of="${of}"]`);
const has = (locator, text) => locator.filter({ hasText: text }).waitFor();
const charts = () => page.locator('figure .uplot canvas');
/// Requests of the API that a page makes, from now on.
const asked = of => {
    const urls = [];
    of.on('request', request => { if (request.url().includes('/api/v1/') && request.url().includes('/metrics')) urls.push(request.url()); });
    return urls;
};
/// Whether a chart has something of the colour that its first line is to have.
const coloured = (id = 'cpu') => page.evaluate(id => {
    const figure = document.querySelector(`#chart-${id}`);
    const wanted = getComputedStyle(figure.querySelector('[data-line]')).color.match(/\d+/g).map(Number);
    const { width, height } = figure.querySelector('canvas');
    const copy = Object.assign(document.createElement('canvas'), { width, height }).getContext('2d', { willReadFrequently: true });
    copy.drawImage(figure.querySelector('canvas'), 0, 0);
    const { data } = copy.getImageData(0, 0, width, height);
    for (let i = 0; i < data.length; i += 4) {
        if (data[i + 3] > 200 && wanted.every((value, k) => Math.abs(value - data[i + k]) < 12)) return true;
    }
    return false;
}, id);
const hide = hidden => page.evaluate(hidden => {
    Object.defineProperty(document, 'hidden', { configurable: true, get: () => hidden });
    Object.defineProperty(document, 'visibilityState', { configurable: true, get: () => hidden ? 'hidden' : 'visible' });
    document.dispatchEvent(new Event('visibilitychange'));
}, hidden);

test('what the server has drawn is drawn anew, and goes on without a reload', async () => {
    await say();
    await watched.go('/vms/running');
    await page.getByRole('link', { name: 'Charts', exact: true }).click();
    await page.waitForURL(`**${path}`);
    await charts().first().waitFor();
    const nothingIsLeft = () => page.waitForFunction(() => !document.querySelector('.plot svg'));
    await nothingIsLeft();
    await page.evaluate(() => { globalThis.same = true; });
    const pictures = () => page.$$eval('.uplot canvas', all => all.map(each => each.toDataURL()));
    const before_ = (await pictures())[0];
    await new Promise(done => setTimeout(done, 2000));
    await say({ cpu: 80, used: 0.75 * GiB, received: 4096 });
    await has(cell('cpu', 'now'), /^80 %$/);
    await has(cell('memory', 'now'), /^768 MiB$/);
    // What was not known when the page was made finds its place by itself.
    await has(cell('received', 'now'), /^4 KiB\/s$/);
    await page.locator('#chart-network .uplot canvas').waitFor();
    await page.locator('#chart-disk-io .uplot canvas').waitFor();
    assert.deepEqual(await page.$$eval('figure', all => all.map(each => each.id)), ['chart-cpu', 'chart-memory', 'chart-network', 'chart-disk', 'chart-disk-io']);
    await say({ cpu: 20, used: 0.25 * GiB, received: 1024 });
    await has(cell('cpu', 'now'), /^20 %$/);
    assert.notEqual((await pictures())[0], before_, 'the chart is as it was');
    assert.ok(await page.evaluate(() => globalThis.same), 'the page was loaded anew');
    await nothingIsLeft();
    // The script says it as the server does.
    const plain = await open(browser, console_, { javaScriptEnabled: false });
    await plain.go(path);
    for (const metric of ['cpu', 'memory', 'disk', 'received', 'sent']) {
        const texts = of => of.locator(`[data-metric="${metric}"] td:not([data-of="average"])`).allTextContents(); // which goes on
        assert.deepEqual(await texts(page), await texts(plain.page), metric);
    }
    await plain.close();
});

test('nothing is asked while nobody looks', async () => {
    await say();
    await watched.go(path);
    await charts().first().waitFor();
    const urls = asked(page);
    await page.waitForRequest(/\/api\/v1\/vms\/running\/metrics/);
    assert.match(urls[0], /\?window=5m&since=\d{9,}$/, 'what is new alone');
    await hide(true);
    await new Promise(done => setTimeout(done, 1000)); // one may be under way
    urls.length = 0;
    await new Promise(done => setTimeout(done, 7000));
    assert.deepEqual(urls, []);
    const again = page.waitForRequest(/\/api\/v1\/vms\/running\/metrics/, { timeout: 2000 });
    await hide(false);
    await again;
});

test('both themes, and who changes between them', async () => {
    await say();
    await watched.go(path);
    await charts().first().waitFor();
    for (const size of Object.values(sizes)) {
        await page.setViewportSize(size);
        for (const colorScheme of ['light', 'dark']) {
            await page.emulateMedia({ colorScheme });
            await page.waitForTimeout(200);
            assert.deepEqual(await axe(page), [], `${colorScheme} at ${size.width} px`);
            assert.ok(await coloured(), `no line of its colour, ${colorScheme} at ${size.width} px`);
            const [canvas, card] = await page.evaluate(() => ['.uplot', '.plot'].map(each => document.querySelector(each).clientWidth));
            assert.equal(canvas, card);
        }
    }
    await page.locator('[data-theme-toggle]').click(); // light
    await page.waitForTimeout(200);
    assert.ok(await coloured(), 'the theme of the page counts');
    await page.evaluate(() => localStorage.clear());
});

test('a crosshair has the values of its moment, in all charts', async () => {
    await say({ cpu: 40, received: 2048 });
    await watched.go(path);
    await charts().first().waitFor();
    await new Promise(done => setTimeout(done, 2000));
    await say({ cpu: 40, received: 2048 });
    await has(cell('received', 'now'), /^2 KiB\/s$/);
    await page.locator('#chart-network .uplot').waitFor();
    const box = await page.locator('#chart-cpu .u-over').boundingBox();
    for (let x = box.width - 2; x > 0 && !await page.locator('#chart-cpu output').textContent(); x -= 5) { // the newest are not known yet
        await page.mouse.move(box.x + x, box.y + box.height / 2);
        await page.waitForTimeout(20);
    }
    const said_ = await page.locator('output').allTextContents();
    const [, moment] = /^(\d\d:\d\d:\d\d) +[\d.]+ %$/.exec(said_[0]) ?? assert.fail(said_[0]);
    assert.match(said_[2], /received [\d.]+ (KiB|B)\/s, sent 0 B\/s$/);
    assert.ok(said_.every(each => each.startsWith(moment)), said_.join('; '));
    await page.mouse.move(0, 0);
    await page.waitForFunction(() => document.querySelector('#chart-cpu output').textContent === '');
});

test('each chart has a name, a table says the same, and nothing moves for who wants it so', async () => {
    await say();
    await page.emulateMedia({ reducedMotion: 'reduce' });
    await watched.go(path);
    await charts().first().waitFor();
    const names = await page.getByRole('img').evaluateAll(all => all.map(each => each.ariaLabel));
    assert.ok(names.includes('CPU of running in the last 5 min'), names.join(', '));
    assert.equal(new Set(names).size, names.length);
    const row = page.getByRole('row', { name: /^CPU / });
    assert.equal(await row.getByRole('cell').count(), 4);
    assert.equal(await page.evaluate(() => document.getAnimations().length), 0);
});

test('how far back is a link', async () => {
    await say();
    await watched.go(path);
    for (const [name, id] of [['The last 1 h', '1h'], ['The last 24 h', '24h'], ['The last 5 min', '5m']]) {
        const urls = asked(page);
        await page.getByRole('link', { name, exact: true }).click();
        await page.waitForURL(`**${path}?window=${id}`);
        assert.equal(await page.locator('.chips [aria-current]').textContent(), name);
        await charts().first().waitFor();
        assert.ok(urls.some(url => url.includes(`window=${id}`)));
    }
    await page.goBack();
    assert.match(page.url(), /window=24h$/);
});

test('a VM that has stopped has a gap, and starts again', async () => {
    await say({ cpu: 30 });
    await watched.go(path);
    await charts().first().waitFor();
    await new Promise(done => setTimeout(done, 2000));
    const vm = daemon.world.vms.find(each => each.name === 'running');
    Object.assign(vm, { state: 'stopped', guest: null, pid: null });
    await console_.changed({ type: 'vm.state', vm: 'running', id: vm.id, state: 'stopped' });
    await has(cell('cpu', 'now'), /^–$/);
    assert.match(await cell('cpu', 'most').textContent(), /%$/);
    Object.assign(vm, { state: 'running' });
    uptime = 0;
    said = undefined;
    await say({ seconds: 3, cpu: 70 });
    await has(cell('cpu', 'now'), /^37 %$/); // as whoever heard it first has reckoned
});

test('a VM that is gone is asked of no more', async () => {
    daemon.world.vms.push(makeVm('brief', 'running'));
    await console_.changed();
    const late = await open(browser, console_, { allow: /^console: Failed to load resource.* 404/ });
    await late.go('/vms/brief/metrics');
    await late.page.locator('figure .uplot canvas').first().waitFor();
    daemon.world.vms.pop();
    await console_.changed({ type: 'vm.state', vm: 'brief', id: 'brief', state: 'deleted' });
    await late.page.locator('#charts').waitFor({ state: 'detached' });
    const urls = asked(late.page);
    await new Promise(done => setTimeout(done, 6000));
    assert.deepEqual(urls, []);
    await late.close();
});

test('of this machine', async () => {
    await watched.go('/');
    await page.locator('a[href="/metrics"]').click();
    await page.waitForURL('**/metrics');
    await charts().first().waitFor();
    await has(cell('memory', 'now'), /iB$/);
    await has(cell('cpu', 'now'), /%$/);
    assert.deepEqual(await axe(page), []);
});

test('without JavaScript: drawings, the table, and links', async () => {
    await say();
    const plain = await open(browser, console_, { javaScriptEnabled: false });
    await plain.go('/vms/running');
    await plain.page.getByRole('link', { name: 'Charts', exact: true }).click();
    await plain.page.waitForURL(`**${path}`);
    assert.ok(await plain.page.locator('.plot svg path[data-line="cpu"][d^="M"]').count() === 1);
    assert.ok(await plain.page.getByRole('img', { name: 'CPU of running in the last 5 min' }).isVisible());
    assert.match(await plain.page.getByRole('row', { name: /^Memory / }).innerText(), /512 MiB/);
    await plain.page.getByRole('link', { name: 'The last 1 h', exact: true }).click();
    assert.match(plain.page.url(), /window=1h$/);
    assert.match(await plain.page.textContent('caption'), /running in the last 1 h/);
    await plain.page.goto(`${console_.url}/vms/stopped/metrics`);
    assert.match(await plain.page.textContent('main'), /It does not run/);
    await plain.close();
});

test('they go on after the daemon was begun anew, which knows less at first', async () => {
    await say();
    await say({ received: 2048 });
    await watched.go(path);
    await has(cell('received', 'now'), /KiB/);
    await page.evaluate(() => { globalThis.same = true; });
    const { guest } = daemon.world.vms.find(each => each.name === 'running');
    daemon.world.vms.find(each => each.name === 'running').guest = null; // it has not heard of the guest yet
    await console_.restart();
    await cell('received', 'now').waitFor({ state: 'detached' });
    await cell('memory', 'now').waitFor({ state: 'detached' });
    daemon.world.vms.find(each => each.name === 'running').guest = guest;
    await say();
    await cell('memory', 'now').waitFor();
    await say({ cpu: 70, received: 4096 });
    await has(cell('cpu', 'now'), /^70 %$/);
    await has(cell('received', 'now'), /^4 KiB\/s$/);
    assert.equal(await page.locator('#chart-network').count(), 1);
    assert.ok(await page.evaluate(() => globalThis.same), 'the page was loaded anew');
});
