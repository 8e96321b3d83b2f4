// web_journey.mjs URL RECIPE: the steps of web_journey.sh. What is seen in the browser is held against what banger says.
import { execFileSync } from 'node:child_process';
import assert from 'node:assert/strict';
import { launch, open } from '../browser/lib/browser.mjs';

const [url, recipe] = process.argv.slice(2);
const banger = (...args) => execFileSync('banger', args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] });
const vms = () => JSON.parse(banger('vm', 'ls', '--json'));
const began = Date.now();
const step = text => console.log(`${((Date.now() - began) / 1000).toFixed(1).padStart(6)} s  browser: ${text}`);

const browser = await launch();
const watched = await open(browser, { url }, { allow: /^console: Failed to load resource.* 404/ });
const { page } = watched;
const press = (name, within = page.locator('main')) => within.getByRole('button', { name, exact: true }).last().click();
const follow = name => page.locator('main').getByRole('link', { name, exact: true }).first().click();
const main = () => page.locator('main').innerText();

/// The page comes to say it, by itself or anew.
async function until(what, seconds = 300) {
    const end = Date.now() + seconds * 1000;
    for (;;) {
        const text = await main().catch(() => '');
        if (what.test(text)) return text;
        assert.ok(Date.now() < end, `${page.url()} never says ${what}: ${text.slice(0, 1500)}`);
        await new Promise(done => setTimeout(done, 1000));
        await page.reload();
    }
}
/// The operation whose page this is ends well.
async function succeeded() {
    await page.waitForURL(/\/ops\//);
    assert.ok(!/\b(failed|cancelled|interrupted)\b/.test(await until(/\b(succeeded|failed|cancelled|interrupted)\b/)), await main());
    watched.good();
}

step('create with NAT');
await watched.go('/');
await until(/There is no VM yet/);
await follow('Create a VM');
await page.getByLabel('Name', { exact: true }).fill('web-1');
await page.getByLabel('NAT', { exact: true }).selectOption('yes');
await press('Create');
await succeeded();
await watched.go('/vms/web-1');
await until(/running/);
assert.equal(vms()[0].options.nat.nat, true);

step('open what it serves');
banger('vm', 'exec', 'web-1', '--', 'systemd-run', '--quiet', '--unit=hello', 'perl', '-MIO::Socket::INET', '-e',
    'my $s = IO::Socket::INET->new(LocalPort => 8080, Listen => 9, ReuseAddr => 1) or die; while (my $c = $s->accept) { while (<$c>) { last if /^\\r?$/ } my $t = "<title>Hello page</title><h1>hello from the guest</h1>"; print $c "HTTP/1.0 200 OK\\r\\nContent-Type: text/html\\r\\nContent-Length: " . length($t) . "\\r\\n\\r\\n$t"; close $c }');
await watched.go('/ports');
await until(/8080[\s\S]*Hello page/, 120);
const link = page.locator('main a[target="_blank"]').first();
assert.equal(new URL(await link.getAttribute('href')).hostname, vms()[0].ip);
const [opened] = await Promise.all([watched.context.waitForEvent('page'), link.click()]);
assert.equal(await opened.locator('h1').textContent(), 'hello from the guest');
assert.equal(await opened.evaluate(() => document.referrer + String(window.opener)), 'null');
await opened.close();
watched.good();

step('its log');
await watched.go('/vms/web-1/logs');
banger('vm', 'exec', 'web-1', '--', 'sh', '-c', 'echo "a line <b>of</b> the journey" >/dev/console');
await page.locator('pre.log').filter({ hasText: 'a line <b>of</b> the journey' }).waitFor(); // followed: it comes by itself
await page.getByLabel('Find in it').fill('of</b> the journey');
await press('Show');
await page.waitForURL(/q=of/);
assert.match(await page.locator('pre.log').innerText(), /^a line <b>of<\/b> the journey\s*$/);
watched.good();

step('build an image');
await watched.go('/images/-/new');
await page.getByLabel('Name', { exact: true }).fill('app');
await press('Browse for Recipe');
await page.getByRole('dialog').getByRole('button', { name: recipe.split('/').at(-1), exact: true }).click();
assert.equal(await page.getByLabel('Recipe', { exact: true }).inputValue(), recipe);
await press('Build');
await succeeded();

step('create from it');
await watched.go('/images/app');
await follow('Create a VM');
assert.equal(await page.getByLabel('Image', { exact: true }).inputValue(), 'app');
await page.getByLabel('Name', { exact: true }).fill('web-2');
await press('Create');
await succeeded();
assert.match(banger('vm', 'exec', 'web-2', '--', 'case-one'), /this is case-one/);

step('stop both');
await watched.go('/vms');
await page.getByRole('link', { name: /^Select all 2/ }).click();
await page.locator('#bulk').getByRole('button', { name: 'Stop', exact: true }).click();
await page.waitForURL(/\/bulk\//);
await until(/^(?![\s\S]*going on)[\s\S]*0 of 2 failed/, 200);
assert.deepEqual(vms().map(vm => vm.state), ['stopped', 'stopped']);
watched.good();

step('delete both, and the image');
await watched.go('/vms');
await page.getByRole('link', { name: /^Select all 2/ }).click();
await page.locator('#bulk').getByRole('button', { name: 'Delete…', exact: true }).click();
await page.getByLabel('Type their number, 2').fill('2');
await page.getByRole('button', { name: 'Delete 2 VMs', exact: true }).click();
await page.waitForURL(/\/bulk\//);
await until(/^(?![\s\S]*going on)[\s\S]*0 of 2 failed/, 200);
await watched.go('/vms');
await until(/There is no VM yet/);
await watched.go('/images/app');
await follow('Delete');
await page.getByRole('button', { name: 'Delete app', exact: true }).click();
await page.waitForURL(/\/images$/);
assert.ok(!/\bapp\b/.test(await page.locator('main table').innerText()));
await watched.close();
await browser.close();
