package io.httpconnector;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaAccess;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaCodeUnit;
import com.tngtech.archunit.core.domain.JavaField;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import com.tngtech.archunit.library.dependencies.SliceAssignment;
import com.tngtech.archunit.library.dependencies.SliceIdentifier;
import java.util.Set;

@AnalyzeClasses(packages = "io.httpconnector", importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {

    /** Classes of the root package that every other package may use: they depend on no package but {@code internal.text}. */
    private static final Set<String> VALUES = Set.of(
            "ConnectorException",
            "Exchange",
            "Headers",
            "InvalidDefinitionException",
            "ProgressListener",
            "Secret",
            "TimeSource",
            "Timings");

    private static final String ROOT = "io.httpconnector";

    /** The one type of Apache HttpClient that the API names: {@code HttpConnectionBuilder.customizeClient}. */
    private static final String CLIENT_BUILDER = "org.apache.hc.client5.http.impl.classic.HttpClientBuilder";

    @ArchTest
    static final ArchRule packagesHaveNoCycles =
            slices().assignedFrom(new PackagesAndValues()).should().beFreeOfCycles();

    @ArchTest
    static final ArchRule theRootUsesTlsTransportAndInternalsOnly = noClasses()
            .that()
            .resideInAPackage(ROOT)
            .should()
            .dependOnClassesThat(resideInAPackage("io.httpconnector.*..")
                    .and(not(resideInAPackage("io.httpconnector.internal..")))
                    .and(not(resideInAPackage("io.httpconnector.transport")))
                    .and(not(resideInAPackage("io.httpconnector.tls"))));

    @ArchTest
    static final ArchRule tlsTransportAndInternalsUseTheValuesOfTheRootOnly = noClasses()
            .that()
            .resideInAnyPackage("io.httpconnector.internal..", "io.httpconnector.tls", "io.httpconnector.transport")
            .should()
            .dependOnClassesThat(resideInAPackage(ROOT)
                    .and(describe(
                            "are no values",
                            type -> !VALUES.contains(topLevel(type).getSimpleName()))));

    /** Other transports can be written with its public types alone. */
    @ArchTest
    static final ArchRule transportUsesNoInternals = noClasses()
            .that()
            .resideInAPackage("io.httpconnector.transport")
            .should()
            .dependOnClassesThat(
                    resideInAPackage("io.httpconnector.*..").and(not(resideInAPackage("io.httpconnector.transport"))));

    @ArchTest
    static final ArchRule textUsesNoOtherPackage = noClasses()
            .that()
            .resideInAPackage("io.httpconnector.internal.text")
            .should()
            .dependOnClassesThat(resideInAPackage("io.httpconnector..")
                    .and(not(resideInAPackage("io.httpconnector.internal.text"))));

    @ArchTest
    static final ArchRule onlyTheTransportUsesApacheHttpClient = noClasses()
            .that()
            .resideOutsideOfPackage("io.httpconnector.internal.transport")
            .should()
            .dependOnClassesThat(resideInAPackage("org.apache.hc..")
                    .and(not(describe(
                            "is named by the hook", type -> type.getName().equals(CLIENT_BUILDER)))));

    @ArchTest
    static void oneMethodNamesTheClientBuilder(JavaClasses classes) {
        assertThat(classes.stream()
                        .filter(type -> !type.getPackageName().equals("io.httpconnector.internal.transport"))
                        .flatMap(type -> type.getDirectDependenciesFromSelf().stream())
                        .filter(dependency ->
                                dependency.getTargetClass().getName().equals(CLIENT_BUILDER))
                        .map(dependency -> dependency.getDescription()))
                .isNotEmpty()
                .allMatch(text -> text.contains("HttpConnectionBuilder.customizeClient("));
    }

    @ArchTest
    static void theRootPackageStaysSmall(JavaClasses classes) {
        assertThat(classes.stream()
                        .filter(type -> type.getPackageName().equals(ROOT))
                        .map(ArchitectureTest::topLevel)
                        .filter(type -> !type.getSimpleName().equals("package-info"))
                        .distinct())
                .hasSizeLessThanOrEqualTo(43);
    }

    private static JavaClass topLevel(JavaClass type) {
        return type.getEnclosingClass().map(ArchitectureTest::topLevel).orElse(type);
    }

    /** The packages, and the values of the root package with the checks that they use as a package of their own. */
    private static final class PackagesAndValues implements SliceAssignment {

        @Override
        public SliceIdentifier getIdentifierOf(JavaClass type) {
            String name = type.getPackageName();
            if (!name.startsWith(ROOT)) {
                return SliceIdentifier.ignore();
            }
            boolean isValue =
                    name.equals(ROOT) && VALUES.contains(topLevel(type).getSimpleName());
            return SliceIdentifier.of(isValue || name.equals("io.httpconnector.internal") ? "values" : name);
        }

        @Override
        public String getDescription() {
            return "packages, and the values of the root package";
        }
    }

    @ArchTest
    static final ArchRule templatesUseTheRootOnly = classes()
            .that()
            .resideInAPackage("io.httpconnector.template..")
            .should()
            .onlyDependOnClassesThat(resideInAPackage("io.httpconnector.template..")
                    .or(resideInAPackage("io.httpconnector.internal.."))
                    .or(resideInAPackage("io.httpconnector"))
                    .or(resideInAPackage("java.."))
                    .or(resideInAPackage("com.fasterxml.jackson.."))
                    .or(resideInAPackage("org.jspecify..")));

    @ArchTest
    static final ArchRule theWizardUsesTheRootAndTemplates = classes()
            .that()
            .resideInAPackage("io.httpconnector.wizard..")
            .should()
            .onlyDependOnClassesThat(resideInAPackage("io.httpconnector.wizard..")
                    .or(resideInAPackage("io.httpconnector.internal.json"))
                    .or(resideInAPackage("io.httpconnector.template"))
                    .or(resideInAPackage("io.httpconnector.internal.."))
                    .or(resideInAPackage("io.httpconnector"))
                    .or(resideInAPackage("java.."))
                    .or(resideInAPackage("com.fasterxml.jackson.."))
                    .or(resideInAPackage("org.yaml.snakeyaml.."))
                    .or(resideInAPackage("org.jspecify..")));

    @ArchTest
    static final ArchRule triggersAndStateUseTheRootOnly = noClasses()
            .that()
            .resideInAnyPackage("io.httpconnector.trigger..", "io.httpconnector.state..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(
                    "io.httpconnector.template..", "io.httpconnector.polling..", "io.httpconnector.wizard..");

    @ArchTest
    static final ArchRule pollingKnowsNoWizard = noClasses()
            .that()
            .resideInAPackage("io.httpconnector.polling..")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("io.httpconnector.wizard..");

    @ArchTest
    static final ArchRule librariesAreTheThreeOfTheDesign = classes()
            .should()
            .onlyDependOnClassesThat(resideInAPackage("io.httpconnector..")
                    .or(resideInAPackage("java.."))
                    .or(resideInAPackage("javax.net.ssl.."))
                    .or(resideInAPackage("javax.crypto.."))
                    .or(resideInAPackage("javax.xml.stream.."))
                    .or(resideInAPackage("javax.security.auth.."))
                    .or(resideInAPackage("com.fasterxml.jackson.."))
                    .or(resideInAPackage("org.yaml.snakeyaml.."))
                    .or(resideInAPackage("com.cronutils.."))
                    .or(resideInAPackage("io.github.resilience4j.."))
                    .or(resideInAPackage("org.apache.hc.."))
                    .or(resideInAPackage("org.slf4j.."))
                    .or(resideInAPackage("org.jspecify..")));

    @ArchTest
    static final ArchRule apacheStaysInside = classes()
            .that()
            .arePublic()
            .and()
            .resideOutsideOfPackage("..internal..")
            .should(haveNoApacheTypeInTheirSignature());

    private static final Set<String> CLOCKS_AND_SLEEPS = Set.of(
            "Clock.system",
            "Clock.systemDefaultZone",
            "Clock.systemUTC",
            "Instant.now",
            "LocalDate.now",
            "LocalDateTime.now",
            "LockSupport.parkNanos",
            "LockSupport.parkUntil",
            "OffsetDateTime.now",
            "System.currentTimeMillis",
            "System.nanoTime",
            "Thread.sleep",
            "TimeUnit.sleep",
            "ZonedDateTime.now");

    /** All time and waiting comes from {@code TimeSource}; locks and futures have timeouts of their own. */
    @ArchTest
    static final ArchRule timeAndWaitingArePassedIn = noClasses()
            .that()
            .doNotBelongToAnyOf(TimeSource.class)
            .should()
            .accessTargetWhere(describe(
                    "reads a clock or sleeps",
                    (JavaAccess<?> access) -> CLOCKS_AND_SLEEPS.contains(
                            access.getTargetOwner().getSimpleName() + "." + access.getName())));

    private static ArchCondition<JavaClass> haveNoApacheTypeInTheirSignature() {
        return new ArchCondition<>("have no type of org.apache.hc in a public or protected signature") {
            @Override
            public void check(JavaClass type, ConditionEvents events) {
                check(type, "is derived from", Set.copyOf(type.getAllRawInterfaces()), events);
                check(type, "is derived from", Set.copyOf(type.getAllRawSuperclasses()), events);
                for (JavaCodeUnit unit : type.getCodeUnits()) {
                    boolean isHook = unit.getFullName().startsWith(ROOT + ".HttpConnectionBuilder.customizeClient(");
                    if (isVisible(unit.getModifiers()) && !isHook) {
                        check(type, unit.getName() + " has", unit.getAllInvolvedRawTypes(), events);
                    }
                }
                for (JavaField field : type.getFields()) {
                    if (isVisible(field.getModifiers())) {
                        check(type, field.getName() + " has", field.getAllInvolvedRawTypes(), events);
                    }
                }
            }

            private void check(JavaClass type, String how, Set<JavaClass> involved, ConditionEvents events) {
                for (JavaClass one : involved) {
                    if (one.getPackageName().startsWith("org.apache.hc")) {
                        events.add(
                                SimpleConditionEvent.violated(type, type.getName() + ": " + how + " " + one.getName()));
                    }
                }
            }
        };
    }

    private static boolean isVisible(Set<JavaModifier> modifiers) {
        return modifiers.contains(JavaModifier.PUBLIC) || modifiers.contains(JavaModifier.PROTECTED);
    }
}
