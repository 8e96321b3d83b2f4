// With the keyboard alone: what has the focus is seen, the order is that of reading, nothing holds it, and what destroys is
// never one key away.
import { test } from 'node:test';
import assert from 'node:assert/strict';
import { sizes } from './lib/browser.mjs';
import { aPageForEachTest, console_, daemon, page, watched } from './lib/suite.mjs';
import { makeVm } from './lib/world.mjs';

aPageForEachTest();

/// Of what has the focus: its name, where it is, whether it is seen to have it and not under the header.
const focused = () => page.evaluate(() => {
    const each = document.activeElement;
    if (!each || each === document.body) return null;
    const box = each.getBoundingClientRect();
    const shown = getComputedStyle(each);
    const point = document.elementFromPoint(Math.min(innerWidth - 1, Math.max(0, box.left + Math.min(box.width / 2, 8))), Math.min(innerHeight - 1, Math.max(0, box.top + Math.min(box.height / 2, 8))));
    return {
        name: each.getAttribute('aria-label') ?? (each.labels?.[0] ?? each).textContent.trim().replaceAll(/\s+/g, ' ').slice(0, 60),
        outline: (shown.outlineStyle !== 'none' && parseFloat(shown.outlineWidth) >= 2) || shown.boxShadow !== 'none',
        inside: box.bottom > 0 && box.top < innerHeight && box.width > 0,
        covered: point !== null && !each.contains(point) && !point.contains(each) && !each.labels?.[0]?.contains(point),
        index: [...document.querySelectorAll('*')].indexOf(each),
    };
});

/// All stops of a page, by Tab from its begin to its end.
async function walk(most = 400) {
    const stops = [];
    for (let i = 0; i < most; ++i) {
        await page.keyboard.press('Tab');
        const at = await focused();
        if (at === null || (stops.length > 2 && at.index === stops[0].index)) return stops;
        stops.push(at);
    }
    assert.fail(`no end after ${most} stops, the last is ${stops.at(-1).name}`);
}

for (const [size, viewport] of Object.entries(sizes)) {
    for (const path of ['/', '/vms', '/vms/running', '/vms/new', '/vms/running/logs', '/ops/op-bad', '/settings']) {
        test(`${path}, ${size}`, async () => {
            await page.setViewportSize(viewport);
            await watched.go(path);
            const stops = await walk();
            assert.ok(stops.length > 5, `${stops.length} stops`);
            assert.equal(stops[0].name, 'Skip to the content');
            assert.deepEqual(stops.filter(each => !each.outline).map(each => each.name), [], 'focus is not seen');
            assert.deepEqual(stops.filter(each => !each.inside).map(each => each.name), [], 'focus is off the screen');
            assert.deepEqual(stops.filter(each => each.covered).map(each => each.name), [], 'focus is covered');
            const order = stops.map(each => each.index);
            assert.deepEqual(order, [...order].sort((a, b) => a - b), 'not in the order of reading');
        });
    }
}

test('the first key leads past the navigation', async () => {
    await watched.go('/vms');
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    assert.equal(await page.evaluate(() => location.hash), '#main');
    await page.keyboard.press('Tab');
    assert.ok(await page.evaluate(() => document.querySelector('main').contains(document.activeElement)));
});

async function to(name) {
    for (let i = 0; i < 200; ++i) {
        await page.keyboard.press('Tab');
        if ((await focused())?.name === name) return;
    }
    assert.fail(`Tab does not come to "${name}"`);
}

test('create, then delete', async () => {
    await watched.go('/vms');
    await to('Create a VM');
    await page.keyboard.press('Enter');
    await page.waitForURL('**/vms/-/new');
    await to('Name');
    await page.keyboard.type('keys');
    await page.keyboard.press('Enter');
    await page.waitForURL(/\/ops\/op-new-/);
    assert.deepEqual(daemon.changes.map(each => each.body.name), ['keys']);
    daemon.end('succeeded');
    daemon.world.vms.push(makeVm('keys', 'running'));
    await console_.changed();
    await watched.go('/vms/keys/confirm/delete');
    assert.equal((await focused()).name, 'Cancel', 'Enter on this page must not delete');
    await page.keyboard.press('Enter');
    await page.waitForURL('**/vms/keys');
    assert.equal(daemon.changes.length, 1);
    await watched.go('/vms/keys/confirm/delete');
    await page.waitForFunction(() => document.activeElement.textContent === 'Cancel'); // by itself
    await page.keyboard.press('Tab');
    assert.equal((await focused()).name, 'Delete keys');
    await page.keyboard.press('Enter');
    await page.waitForURL(/\/ops\/op-new-/);
    assert.equal(daemon.changes.at(-1).method, 'DELETE');
    daemon.end('succeeded');
});

test('Enter in the number of those to be deleted is no count of them', async () => {
    const page_ = '/vms/bulk/confirm?action=delete&names=stopped&names=crashed';
    await watched.go(page_);
    await page.getByLabel('Type their number, 2').focus();
    await page.keyboard.press('Enter');
    assert.ok(page.url().endsWith(page_));
    assert.deepEqual(daemon.changes, []);
});

test('the picker opens in its place, and gives the focus back', async () => {
    await watched.go('/images/-/new');
    await to('Browse for Recipe');
    await page.keyboard.press('Enter');
    await page.waitForFunction(() => document.activeElement.id === 'picker-part');
    await to('Cancel');
    await page.keyboard.press('Enter');
    assert.equal((await focused()).name, 'Browse for Recipe');
    assert.ok(page.url().endsWith('/images/-/new'));
});

test('the menu of narrow screens opens, leads and closes', async () => {
    await page.setViewportSize(sizes.narrow);
    await watched.go('/vms');
    await to('Menu');
    await page.keyboard.press('Enter');
    await page.keyboard.press('Tab');
    assert.equal((await focused()).name, 'Overview');
    await page.keyboard.press('Escape');
    assert.equal((await focused()).name, 'Menu', 'the focus does not come back');
});
