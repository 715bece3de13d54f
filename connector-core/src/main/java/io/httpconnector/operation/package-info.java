/** Long-running operations of a service: started by one request, observed by further ones, also across processes. */
@NullMarked
package io.httpconnector.operation;

import org.jspecify.annotations.NullMarked;
