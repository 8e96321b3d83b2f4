// The pictures of docs/web-console.md, in browser/docs of the build folder: `make console-pictures` takes them from there.
// It tells of each picture that there is, and of no other.
import { after, before, test } from 'node:test';
import assert from 'node:assert/strict';
import { mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { folder, launch, open, together } from './lib/browser.mjs';
import { Console } from './lib/console.mjs';
import { shellOf, showcase } from './lib/showcase.mjs';
import { Shells } from './lib/shells.mjs';

const docs = new URL('../../docs/', import.meta.url);
const pictures = join(folder, 'docs');
const pages = {
    overview: ['/'], vms: ['/vms'], create: ['/vms/-/new?name=web-3&vcpus=2&memory=1G'], vm: ['/vms/web-1', 'dark'], terminal: ['/vms/web-1/terminal'], logs: ['/vms/web-1/logs'],
    build: ['/ops/op-build'], images: ['/images', 'dark'],
};
const shells = new Shells();
let browser, console_;

before(async () => {
    rmSync(pictures, { recursive: true, force: true });
    mkdirSync(pictures, { recursive: true });
    [browser, console_] = await together(launch(), Console.start(showcase()));
    await shells.listen(join(console_.daemon.folder, 'bangerd.sock'));
});
after(async () => {
    shells.stop();
    await browser?.close();
    await console_?.stop();
});

for (const [name, [path, colorScheme = 'light']] of Object.entries(pages)) {
    test(name, async () => {
        const watched = await open(browser, console_, { colorScheme, reducedMotion: 'reduce' });
        await watched.go(path);
        if (name === 'terminal') {
            await (await shells.next()).print(shellOf('web-1'));
            await watched.page.locator('.xterm-rows').getByText('active (running)').waitFor();
        }
        await watched.page.screenshot({ path: join(pictures, `${name}.png`), clip: { x: 0, y: 0, width: 1280, height: 800 } });
        await watched.close();
    });
}

test('the documentation tells of them', () => {
    const told = [...readFileSync(new URL('web-console.md', docs), 'utf8').matchAll(/\]\(web-console\/([a-z]+)\.png\)/g)].map(([, name]) => name);
    assert.deepEqual(told.sort(), Object.keys(pages).sort());
    assert.deepEqual(readdirSync(new URL('web-console/', docs)).sort(), Object.keys(pages).map(name => `${name}.png`).sort());
});
