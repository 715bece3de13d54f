package io.httpconnector.examples;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class VenueSyncTest {

    @Test
    void tellsTheStoryAndReadsBackWhatWasMeant() {
        ByteArrayOutputStream printed = new ByteArrayOutputStream();

        boolean asMeant = new VenueSync(new PrintStream(printed, true, StandardCharsets.UTF_8)).run();

        assertThat(asMeant).isTrue();
        assertThat(printed.toString(StandardCharsets.UTF_8))
                .contains("Project PPP")
                .contains("The user has granted consent")
                .contains("Eventbrite responded with 400: There are errors with your arguments: venue.address.country")
                .contains("Venue 4714, {{account.Id}} & Sons: as expected")
                .doesNotContain("NOT", JiraStandIn.TOKEN, EventbriteStandIn.TOKEN, EventbriteStandIn.CLIENT_SECRET);
    }
}
