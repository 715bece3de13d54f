/** Hands over to receivers what web servers have received. Each class needs the server that it is for, and no other. */
@NullMarked
package io.httpconnector.webhook.server;

import org.jspecify.annotations.NullMarked;
