// serve.mjs [full|empty]: the console with a made-up daemon, to be looked at until this is ended.
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const build = process.env.BANGER_BUILD_DIR ?? fileURLToPath(new URL('../../build/dev', import.meta.url));
process.env.BANGER_CONSOLE_SERVER ??= `${build}/bin/console_server`;
process.env.BANGER_WEB_PLUGIN ??= `${build}/plugins/web.so`;
if (!existsSync(process.env.BANGER_CONSOLE_SERVER)) {
    console.error(`error: ${process.env.BANGER_CONSOLE_SERVER} is not there`);
    console.error('hint: cmake --build --preset dev --target console_server plugin_web');
    process.exit(1);
}
const { Console } = await import('./lib/console.mjs');
const worlds = await import('./lib/world.mjs');
const served = await Console.start(process.argv[2] === 'empty' ? worlds.empty() : worlds.full());
console.log(served.url);
