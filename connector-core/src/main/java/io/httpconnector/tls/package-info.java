/** Client certificates, and the server certificates that a connection trusts. */
@NullMarked
package io.httpconnector.tls;

import org.jspecify.annotations.NullMarked;
