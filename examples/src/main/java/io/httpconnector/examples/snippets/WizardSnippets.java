package io.httpconnector.examples.snippets;

import com.fasterxml.jackson.databind.JsonNode;
import io.httpconnector.HttpConnection;
import io.httpconnector.Response;
import io.httpconnector.template.Pills;
import io.httpconnector.wizard.Recommendation;
import io.httpconnector.wizard.RecommendationSources;
import io.httpconnector.wizard.RequestDraft;
import io.httpconnector.wizard.RequestWizard;
import io.httpconnector.wizard.SampleExchange;
import io.httpconnector.wizard.SavedRequest;
import io.httpconnector.wizard.SchemaDifference;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The code of {@code docs/wizard.md}. */
final class WizardSnippets {

    private static final Logger log = LoggerFactory.getLogger(WizardSnippets.class);

    private WizardSnippets() {}

    static void threeSteps(HttpConnection eventbrite, Path directory, String corrected) throws IOException {
        RequestWizard wizard = RequestWizard.of(eventbrite)
                .with(RecommendationSources.openApi(Files.readString(Path.of("eventbrite.yaml"))))
                .with(RecommendationSources.saved(directory));

        RequestDraft draft = wizard.post("/v3/venues/");
        List<Recommendation> known = draft.recommend();

        SampleExchange sample = draft.use(known.get(0)).json("""
                {"venue": {"name": "Madison Square Garden", "address": {"city": "New York City", "country": "USA"}}}""").send();
        log.info("{}: {}", sample.status(), sample.body());

        sample = sample.draft().json(corrected).send();

        SavedRequest createVenue = sample.pill("/venue/name", "account.Name")
                .pill("/venue/address/city", "account.BillingCity | trim")
                .apply("Create venue");
        createVenue.save(directory.resolve("create-venue.json"));
    }

    static void afterwards(HttpConnection eventbrite, Path file, JsonNode account) {
        SavedRequest createVenue = SavedRequest.load(file);
        Response response = createVenue.send(eventbrite, Pills.of("account", account));

        for (SchemaDifference drift : createVenue.drift(response, List.of("id", "address.city"))) {
            log.warn("{} {} {}", drift.severity(), drift.pointer(), drift.message());
        }
    }
}
