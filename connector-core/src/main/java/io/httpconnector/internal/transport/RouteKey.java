package io.httpconnector.internal.transport;

import io.httpconnector.tls.TlsSettings;
import org.jspecify.annotations.Nullable;

/**
 * The network settings that determine which connections may share a pool.
 *
 * @param proxy the proxy, or null
 * @param tls the TLS settings
 * @param destinations the permitted addresses; null for any
 * @param lookup the resolver of host names
 * @param own a unique object for a pool that is not shared, or null
 */
public record RouteKey(
        @Nullable ProxyRoute proxy,
        TlsSettings tls,
        @Nullable AddressFilter destinations,
        BoundedDnsResolver.DnsResolver lookup,
        @Nullable Object own) {

    /** Returns the same route with another filter of addresses. */
    public RouteKey withDestinations(AddressFilter filter) {
        return new RouteKey(proxy, tls, filter, lookup, own);
    }
}
