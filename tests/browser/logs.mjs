// Logs that go on: followed until somebody reads further up, searched, and shown as they were the last time.
import { test } from 'node:test';
import assert from 'node:assert/strict';
import { appendFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { aPageForEachTest, console_, daemon, page, watched } from './lib/suite.mjs';
import { bootLog } from './lib/world.mjs';

aPageForEachTest();

const file = () => join(daemon.folder, 'running.log');
const lines = (from, count) => Array.from({ length: count }, (_, i) => `line ${from + i} of it\n`).join('');
const log = () => page.locator('pre.log');
const at = () => log().evaluate(each => ({ top: each.scrollTop, end: each.scrollHeight - each.clientHeight }));
const holds = text => page.waitForFunction(word => document.querySelector('pre.log').textContent.includes(word), text);

test('it is followed; further up nothing moves, and what came is counted', async () => {
    writeFileSync(file(), lines(0, 400));
    await watched.go('/vms/running/logs');
    appendFileSync(file(), lines(400, 10));
    await holds('line 409 of it');
    let { top, end } = await at();
    assert.ok(end - top < 16, `not at its end: ${top} of ${end}`);
    await log().evaluate(each => { each.scrollTop = 300; });
    await page.waitForTimeout(100);
    appendFileSync(file(), lines(410, 1000));
    const chip = page.getByRole('button', { name: /^\d+\+? new lines/ });
    await chip.waitFor();
    await holds('line 1409 of it');
    assert.equal((await at()).top, 300, 'it jumped');
    await page.getByRole('button', { name: '1000 new lines' }).click();
    ({ top, end } = await at());
    assert.ok(end - top < 16);
    assert.ok(await chip.isHidden());
    assert.ok(await log().evaluate(each => each.querySelectorAll('*').length) <= 2000);
});

test('words are counted, and stepped through; what is not there is said', async () => {
    writeFileSync(file(), lines(0, 300));
    await watched.go('/vms/running/logs');
    const find = page.getByLabel('Find in it');
    await find.fill('line 29');
    const count = page.locator('.finds [role=status]');
    await page.waitForFunction(() => document.querySelector('.finds [role=status]').textContent === '11 of 11');
    await find.press('Enter');
    assert.equal(await count.textContent(), '1 of 11');
    await find.press('Shift+Enter');
    assert.equal(await count.textContent(), '11 of 11');
    await page.getByRole('button', { name: 'Previous' }).click();
    assert.equal(await count.textContent(), '10 of 11');
    await find.fill('nosuch');
    await page.getByText('not in what is shown').waitFor();
});

test('how it is shown stays, on another page and after a reload', async () => {
    writeFileSync(file(), bootLog);
    await watched.go('/vms/running/logs');
    await page.getByLabel('Do not wrap').check();
    await page.getByLabel('When lines came').check();
    await page.getByRole('button', { name: 'Follow' }).click();
    await watched.go('/vms/crashed/logs');
    assert.ok(await page.getByLabel('Do not wrap').isChecked());
    await watched.go('/vms/running/logs');
    assert.ok(await page.getByLabel('When lines came').isChecked());
    assert.equal(await page.getByRole('button', { name: 'Follow' }).getAttribute('aria-pressed'), 'false');
    appendFileSync(file(), 'one more\n');
    await page.waitForTimeout(2500);
    assert.ok(!(await log().textContent()).includes('one more'), 'it is followed all the same');
    await page.evaluate(() => localStorage.clear());
});

test('of a VM that does not run nothing is asked', async () => {
    const asked = [];
    page.on('request', request => { if (/\/log\?/.test(request.url())) asked.push(request.url()); });
    await watched.go('/vms/stopped/logs');
    await page.getByText('the log has ended').waitFor();
    await page.waitForTimeout(4500);
    assert.deepEqual(asked, []);
});
