package io.httpconnector;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.httpconnector.transport.JdkTransport;
import java.util.function.Supplier;

/** The certificates of {@link TlsTest} with the transport of the JDK. */
class JdkTlsTest extends TlsTest {

    @Override
    HttpConnectionBuilder connection(TlsServer server) {
        return super.connection(server).transport(JdkTransport.http2());
    }

    /** The JDK always checks host names. */
    @Override
    void assertIsAccepted(Supplier<String> exchange) {
        assertThatThrownBy(exchange::get)
                .isInstanceOf(InvalidDefinitionException.class)
                .hasMessageContaining("withoutHostnameCheck: it needs Apache HttpClient");
    }
}
