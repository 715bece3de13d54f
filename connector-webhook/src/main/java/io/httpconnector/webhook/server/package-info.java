/** Adapters that pass requests of web servers to receivers. Each class requires only its own web server on the class path. */
@NullMarked
package io.httpconnector.webhook.server;

import org.jspecify.annotations.NullMarked;
