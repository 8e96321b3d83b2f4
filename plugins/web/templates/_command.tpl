<div class="command"><code>{{COMMAND}}</code>{{>_copy_command}}</div>
