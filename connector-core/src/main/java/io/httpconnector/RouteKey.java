package io.httpconnector;

import io.httpconnector.tls.TlsSettings;
import org.jspecify.annotations.Nullable;

/**
 * How connections reach their services; those whose ways are equal share sockets.
 *
 * @param proxy what is between, if anything
 * @param tls how TLS is spoken
 * @param destinations where it may lead; null for anywhere
 * @param lookup who resolves names
 * @param cookies whether it takes and sends cookies
 * @param own who shares with nobody, or null
 */
record RouteKey(
        @Nullable Proxy proxy,
        TlsSettings tls,
        @Nullable DestinationPolicy destinations,
        BoundedDnsResolver.DnsResolver lookup,
        boolean cookies,
        @Nullable Object own) {}
