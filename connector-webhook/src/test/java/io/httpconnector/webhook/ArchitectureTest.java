package io.httpconnector.webhook;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import java.time.Instant;

@AnalyzeClasses(packages = "io.httpconnector.webhook", importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {

    @ArchTest
    static final ArchRule receiversNeedNoWebServer = classes()
            .that()
            .resideInAnyPackage("io.httpconnector.webhook", "io.httpconnector.webhook.inbox")
            .should()
            .onlyDependOnClassesThat(resideInAPackage("io.httpconnector..")
                    .or(resideInAPackage("java.."))
                    .or(resideInAPackage("javax.crypto.."))
                    .or(resideInAPackage("javax.net.ssl"))
                    .or(resideInAPackage("com.fasterxml.jackson.."))
                    .or(resideInAPackage("com.nimbusds.."))
                    .or(resideInAPackage("org.slf4j.."))
                    .or(resideInAPackage("org.jspecify..")));

    @ArchTest
    static final ArchRule receiversDoNotKnowTheAdapters = noClasses()
            .that()
            .resideInAPackage("io.httpconnector.webhook")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("io.httpconnector.webhook.server..");

    @ArchTest
    static final ArchRule inboxesKnowEventsOnly = noClasses()
            .that()
            .resideInAPackage("io.httpconnector.webhook.inbox")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("io.httpconnector.webhook");

    @ArchTest
    static final ArchRule timeIsPassedIn = noClasses()
            .should()
            .callMethod(System.class, "currentTimeMillis")
            .orShould()
            .callMethod(System.class, "nanoTime")
            .orShould()
            .callMethod(Thread.class, "sleep", long.class)
            .orShould()
            .callMethod(Instant.class, "now");
}
