// How pages are told of what happens: one stream for all tabs, one for each where a browser cannot share it, questions where
// nothing streams; and a daemon that is not heard.
import { test } from 'node:test';
import assert from 'node:assert/strict';
import { axe } from './lib/browser.mjs';
import { aPageForEachTest, console_, daemon, page, watched } from './lib/suite.mjs';

aPageForEachTest({ allow: /^console: Failed to load resource/ });

const tell = state => {
    const vm = daemon.world.vms.find(each => each.name === 'stopped');
    vm.state = state;
    return console_.changed({ type: 'vm.state', vm: vm.name, id: vm.id, state });
};
const seen = (each, state) => each.locator('tr[data-vm="stopped"] [data-vm-state]').filter({ hasText: state }).waitFor({ timeout: 20000 });
const noWorkers = () => page.addInitScript(() => { delete globalThis.SharedWorker; });
const events = () => {
    const asked = [];
    page.on('request', request => asked.push(new URL(request.url()).pathname));
    return path => asked.filter(each => each === path).length;
};

test('eight tabs: each page still comes, and all agree', async () => {
    const tabs = [page];
    while (tabs.length < 8) tabs.push(await watched.context.newPage());
    for (const tab of tabs) await tab.goto(`${console_.url}/vms`);
    for (const tab of tabs) { // none waits for a connection that another tab holds
        await tab.goto(`${console_.url}/images`, { timeout: 5000 });
        await tab.goto(`${console_.url}/vms`, { timeout: 5000 });
    }
    await tell('crashed');
    await Promise.all(tabs.map(tab => seen(tab, 'crashed')));
    await tell('stopped');
    await Promise.all(tabs.map(tab => seen(tab, 'stopped')));
});

test('where workers are not shared a tab has its own stream', async () => {
    await noWorkers();
    const count = events();
    await watched.go('/vms');
    await tell('crashed');
    await seen(page, 'crashed');
    assert.equal(count('/events'), 1);
    assert.equal(count('/api/v1/state'), 0);
    await tell('stopped');
});

test('where nothing streams the page asks', async () => {
    await noWorkers();
    await page.route('**/events*', route => route.abort());
    const count = events();
    await watched.go('/vms');
    await page.waitForResponse(response => response.url().includes('/api/v1/state'));
    await tell('crashed');
    await seen(page, 'crashed');
    assert.ok(count('/events') <= 3, 'it tries to stream all the time');
    await tell('stopped');
});

test('a daemon that is not heard: a banner, nothing is sent, and all of it goes by itself', async () => {
    await noWorkers();
    await watched.go('/vms');
    const lost = ['**/events*', '**/api/v1/state*', '**/vms/**'];
    for (const path of lost) await page.route(path, route => route.abort());
    await console_.restart(); // ends the stream
    await page.locator('html.stale').waitFor();
    assert.match(await page.locator('[data-lost]').innerText(), /daemon[\s\S]*As of \d+ s ago/);
    assert.deepEqual(await axe(page), []);
    await page.getByRole('button', { name: 'Start stopped', exact: true }).click();
    await page.locator('.toast').filter({ hasText: 'Not sent' }).waitFor();
    assert.deepEqual(daemon.changes, []);
    for (const path of lost) await page.unroute(path);
    await page.waitForFunction(() => !document.documentElement.classList.contains('stale'), null, { timeout: 20000 });
    await tell('crashed');
    await seen(page, 'crashed');
    await tell('stopped');
});

test('where the clipboard is not allowed the text is selected, and that is said', async () => {
    await page.addInitScript(() => { navigator.clipboard.writeText = () => Promise.reject(new Error('denied')); });
    await watched.go('/vms/running');
    const command = page.locator('.command').first();
    await command.getByRole('button').click();
    await command.getByRole('button').filter({ hasText: 'Selected' }).waitFor();
    assert.equal(await page.evaluate(() => getSelection().toString()), await command.locator('code').textContent());
    assert.match(await page.locator('#said').textContent(), /Ctrl\+C/);
});
