package io.httpconnector;

import io.httpconnector.internal.http.HostPattern;
import io.httpconnector.internal.transport.AddressFilter;
import io.httpconnector.internal.transport.BoundedDnsResolver.DnsResolver;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Restricts the destinations of a connection, as protection against server-side request forgery (SSRF): users who can enter
 * URLs in an application must not be able to reach systems that only the server of the application can reach, such as its
 * database or the metadata service of the cloud.
 *
 * <pre>{@code
 * .destinations(SsrfPolicy.publicInternetOnly())
 * .destinations(SsrfPolicy.publicInternetOnly().allow("erp.internal.example.com").deny("*.example.org"))
 * }</pre>
 *
 * <p>The policy is applied to the resolved address of each new connection, including those for redirects. Neither a name that
 * later resolves to another address (DNS rebinding) nor an unusual notation of an address circumvents it. A rule for an IPv4
 * address also applies to the IPv6 addresses that lead to it (NAT64, 6to4, Teredo, ISATAP). Denied destinations take precedence
 * over allowed ones; all other destinations are subject to the initial policy.
 *
 * <p>A pattern is a name ({@code api.example.com}), all subdomains of a name ({@code *.example.com}), an address, or a network
 * ({@code 10.20.0.0/16}). Immutable.
 */
public final class SsrfPolicy {

    /** The networks of the IANA special-purpose registries (RFC 6890), multicast, and the metadata address of Azure. */
    private static final List<HostPattern> NOT_PUBLIC = Stream.of(
                    "0.0.0.0/8",
                    "10.0.0.0/8",
                    "100.64.0.0/10",
                    "127.0.0.0/8",
                    "168.63.129.16",
                    "169.254.0.0/16",
                    "172.16.0.0/12",
                    "192.0.0.0/24",
                    "192.0.2.0/24",
                    "192.88.99.0/24",
                    "192.168.0.0/16",
                    "198.18.0.0/15",
                    "198.51.100.0/24",
                    "203.0.113.0/24",
                    "224.0.0.0/3",
                    "2001::/23",
                    "2001:db8::/32",
                    "2002::/16",
                    "3fff::/20")
            .map(network -> HostPattern.of("network", network))
            .toList();

    private static final List<HostPattern> GLOBAL_UNICAST =
            List.of(HostPattern.of("network", "0.0.0.0/0"), HostPattern.of("network", "2000::/3"));

    private enum Base {
        ANYWHERE,
        PUBLIC_INTERNET,
        NOWHERE
    }

    private static final SsrfPolicy PUBLIC = new SsrfPolicy(Base.PUBLIC_INTERNET, List.of(), List.of());

    private final Base base;
    private final List<HostPattern> allowed;
    private final List<HostPattern> denied;
    private final AddressFilter filter = this::permits;

    private SsrfPolicy(Base base, List<HostPattern> allowed, List<HostPattern> denied) {
        this.base = base;
        this.allowed = allowed;
        this.denied = denied;
    }

    /**
     * Permits hosts on the public Internet: no private, local, shared, reserved or multicast addresses.
     *
     * @return the policy
     */
    public static SsrfPolicy publicInternetOnly() {
        return PUBLIC;
    }

    /**
     * Permits any host; use it with {@link #deny}.
     *
     * @return the policy
     */
    public static SsrfPolicy anywhere() {
        return new SsrfPolicy(Base.ANYWHERE, List.of(), List.of());
    }

    /**
     * Permits only these hosts.
     *
     * @param hosts patterns of names, addresses and networks
     * @return the policy
     * @throws InvalidDefinitionException when a pattern is invalid
     */
    public static SsrfPolicy only(String... hosts) {
        return new SsrfPolicy(Base.NOWHERE, List.of(), List.of()).allow(hosts);
    }

    /**
     * Also permits these hosts. A host that is permitted by name is permitted whatever its address is.
     *
     * @param hosts patterns of names, addresses and networks
     * @return a new policy
     * @throws InvalidDefinitionException when a pattern is invalid
     */
    public SsrfPolicy allow(String... hosts) {
        return new SsrfPolicy(base, plus(allowed, hosts), denied);
    }

    /**
     * Denies these hosts, even if they are permitted by another rule.
     *
     * @param hosts patterns of names, addresses and networks
     * @return a new policy
     * @throws InvalidDefinitionException when a pattern is invalid
     */
    public SsrfPolicy deny(String... hosts) {
        return new SsrfPolicy(base, allowed, plus(denied, hosts));
    }

    private static List<HostPattern> plus(List<HostPattern> patterns, String... more) {
        List<HostPattern> all = new ArrayList<>(patterns);
        Arrays.stream(more).forEach(host -> all.add(HostPattern.of("destinations", host)));
        return List.copyOf(all);
    }

    /**
     * Returns the filter for hosts that a service names: they are on the public Internet, unless the service is not.
     *
     * @param service the host of the base URL, which is always permitted; null if it is unknown
     */
    static AddressFilter discoveredBy(@Nullable String service, DnsResolver lookup) {
        return new DiscoveredHosts(service, lookup);
    }

    private record DiscoveredHosts(@Nullable String service, DnsResolver lookup) implements AddressFilter {

        @Override
        public boolean permits(String host, InetAddress address) {
            return host.equalsIgnoreCase(service) || PUBLIC.permits(host, address) || !isServicePublic();
        }

        private boolean isServicePublic() {
            if (service == null) {
                return true;
            }
            try {
                return Arrays.stream(lookup.all(service)).allMatch(address -> PUBLIC.permits(service, address));
            } catch (UnknownHostException e) {
                return true;
            }
        }
    }

    AddressFilter filter() {
        return filter;
    }

    /** Returns whether a connection to this address, to which the name was resolved, is permitted. */
    private boolean permits(String host, InetAddress resolved) {
        // An IPv6 address may lead to an IPv4 address that it contains, so that the rules for both apply.
        List<InetAddress> embedded = HostPattern.embedded(resolved);
        if (matches(denied, host, resolved) || embedded.stream().anyMatch(one -> matches(denied, host, one))) {
            return false;
        }
        InetAddress address = HostPattern.unwrapped(resolved);
        boolean isAllowed = matches(allowed, host, address) || matches(allowed, host, resolved);
        return switch (base) {
            case ANYWHERE -> true;
            case NOWHERE -> isAllowed;
            case PUBLIC_INTERNET ->
                isAllowed || (isPublic(address) && embedded.stream().allMatch(SsrfPolicy::isPublic));
        };
    }

    private static boolean matches(List<HostPattern> patterns, String host, InetAddress address) {
        return patterns.stream().anyMatch(one -> one.matchesName(host) || one.matchesAddress(address));
    }

    private static boolean isPublic(InetAddress address) {
        return GLOBAL_UNICAST.stream().anyMatch(network -> network.matchesAddress(address))
                && NOT_PUBLIC.stream().noneMatch(network -> network.matchesAddress(address));
    }

    /**
     * Describes the policy.
     *
     * @return the rules
     */
    @Override
    public String toString() {
        return base + ", allowed " + allowed + ", denied " + denied;
    }
}
