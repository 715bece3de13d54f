package io.httpconnector.internal.transport;

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
public record RouteKey(
        @Nullable ProxyRoute proxy,
        TlsSettings tls,
        @Nullable AddressFilter destinations,
        BoundedDnsResolver.DnsResolver lookup,
        boolean cookies,
        @Nullable Object own) {}
