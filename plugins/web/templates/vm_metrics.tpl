{{>_vm_top}}
{{#SILENT}}<div class="note" role="note"><p>Its guest says nothing of itself now: CPU is that of its process on this machine, memory and network are not known. The plugin vsock hears guests that have its agent, as the default image does.</p></div>{{/SILENT}}
{{>_metrics}}
{{#STILL}}<p class="empty">It does not run, and nothing is known of what it has used: figures are kept for a day, and by this daemon only.</p>{{/STILL}}
