package io.httpconnector.webhook;

import static org.assertj.core.api.Assertions.assertThat;

import io.httpconnector.testing.VirtualTime;
import java.net.InetAddress;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Tests of the limit of each source. */
class SenderLimiterTest {

    private final WebhookReceiver receiver = WebhookReceiver.named("any")
            .unverified()
            .limitPerSource(2, Duration.ofMinutes(1))
            .timeSource(new VirtualTime(Instant.EPOCH))
            .handler(event -> {})
            .build();

    private int status(String address) throws Exception {
        return receiver.receive(
                        WebhookRequest.of("POST", "/", "", Map.of(), null).from(InetAddress.getByName(address)))
                .status();
    }

    /** One subscriber has all addresses of a /64. */
    @Test
    void addressesOfOneIpv6NetworkAreOneSource() throws Exception {
        assertThat(status("2001:db8:1:2::1")).isEqualTo(200);
        assertThat(status("2001:db8:1:2:ffff:ffff:ffff:ffff")).isEqualTo(200);
        assertThat(status("2001:db8:1:2::3")).isEqualTo(429);
        assertThat(status("2001:db8:1:3::1")).isEqualTo(200);
    }

    @Test
    void eachIpv4AddressIsASource() throws Exception {
        for (String address : new String[] {"192.0.2.1", "192.0.2.2", "::ffff:192.0.2.3"}) {
            assertThat(status(address)).isEqualTo(200);
            assertThat(status(address)).isEqualTo(200);
            assertThat(status(address)).isEqualTo(429);
        }
    }
}
