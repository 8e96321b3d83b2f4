// The pictures of docs/web-console.md, in browser/docs of the build folder: `make console-pictures` takes them from there.
// It tells of each picture that there is, and of no other.
import { after, before, test } from 'node:test';
import assert from 'node:assert/strict';
import { mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { folder, launch, open, together } from './lib/browser.mjs';
import { Console } from './lib/console.mjs';
import { showcase } from './lib/showcase.mjs';

const docs = new URL('../../docs/', import.meta.url);
const pictures = join(folder, 'docs');
const pages = {
    overview: ['/'], vms: ['/vms'], create: ['/vms/-/new?name=web-3&vcpus=2&memory=1G'], vm: ['/vms/web-1', 'dark'], logs: ['/vms/web-1/logs'],
    build: ['/ops/op-build'], images: ['/images', 'dark'],
};
let browser, console_;

before(async () => {
    rmSync(pictures, { recursive: true, force: true });
    mkdirSync(pictures, { recursive: true });
    [browser, console_] = await together(launch(), Console.start(showcase()));
});
after(async () => {
    await browser?.close();
    await console_?.stop();
});

for (const [name, [path, colorScheme = 'light']] of Object.entries(pages)) {
    test(name, async () => {
        const watched = await open(browser, console_, { colorScheme, reducedMotion: 'reduce' });
        await watched.go(path);
        await watched.page.screenshot({ path: join(pictures, `${name}.png`), clip: { x: 0, y: 0, width: 1280, height: 800 } });
        await watched.close();
    });
}

test('the documentation tells of them', () => {
    const told = [...readFileSync(new URL('web-console.md', docs), 'utf8').matchAll(/\]\(web-console\/([a-z]+)\.png\)/g)].map(([, name]) => name);
    assert.deepEqual(told.sort(), Object.keys(pages).sort());
    assert.deepEqual(readdirSync(new URL('web-console/', docs)).sort(), Object.keys(pages).map(name => `${name}.png`).sort());
});
