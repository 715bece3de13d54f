package io.httpconnector.internal.transport;

import java.net.InetAddress;

/** Decides which addresses a connection may reach. Only connections with the same filter share sockets. */
@FunctionalInterface
public interface AddressFilter {

    /** Returns whether a connection to this address, to which the host name was resolved, is permitted. */
    public boolean permits(String host, InetAddress address);
}
