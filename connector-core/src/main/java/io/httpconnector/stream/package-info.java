/** Streams: server-sent events and JSON records that are processed as they arrive. */
@NullMarked
package io.httpconnector.stream;

import org.jspecify.annotations.NullMarked;
