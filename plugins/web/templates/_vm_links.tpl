{{#VM_LINKS}}{{#THERE}}<a href="{{VM_PATH}}">{{VM}}</a>{{/THERE}}{{#GONE}}{{VM}}{{/GONE}} {{/VM_LINKS}}{{#MORE}}<span class="quiet">{{VALUE}}</span>{{/MORE}}
