package io.httpconnector;

import io.httpconnector.transport.JdkTransport;

/** The faults of {@link FaultsTest} with the transport of the JDK. */
class JdkFaultsTest extends FaultsTest {

    @Override
    HttpConnectionBuilder connection(int port) {
        return super.connection(port).transport(JdkTransport.http2());
    }
}
