import {
  Body, Button, Container, Head, Heading, Hr, Html, Link, Preview, Section, Text,
} from '@react-email/components';
import * as React from 'react';

const sans = '-apple-system, BlinkMacSystemFont, "Segoe UI", Roboto, "Helvetica Neue", Ubuntu, sans-serif';
const main = { backgroundColor: '#f1f3f5', fontFamily: sans, padding: '16px 0' };
const sheet = { backgroundColor: '#ffffff', padding: '24px 32px 32px' };
const paragraph = { color: '#222222', fontSize: '16px', lineHeight: '26px', margin: '16px 0' };
const small = { color: '#525f7f', fontSize: '14px', lineHeight: '20px', margin: '8px 0' };
const heading = { color: '#222222', fontSize: '18px', lineHeight: '24px', margin: '24px 0 8px' };
const link = { color: '#0b5563', textDecoration: 'underline' };
const button = {
  backgroundColor: '#0b5563', borderRadius: '4px', color: '#ffffff', display: 'block', fontSize: '16px',
  fontWeight: 'bold', padding: '12px 24px', textAlign: 'center', textDecoration: 'none',
};

const Note = ({ number }) => <sup><Link href={`#note-${number}`} style={link}>{number}</Link></sup>;
const Address = ({ children }) => <Link href={children} style={link}>{children}</Link>;

export default function Release() {
  return (
    <Html lang="en">
      <Head>
        <title>Harbour Water Is Cleaner than at Any Time since 1987, Ten-Year Study Finds</title>
      </Head>
      <Body style={main}>
        <Preview>Eight of eleven harbours now meet the bathing standard; three do not.</Preview>
        <Container style={{ maxWidth: '600px' }}>
          <Text style={{ ...paragraph, padding: '0 32px' }}>
            Dear Karin, the figures for each harbour are in the tables behind the first link. Mira is at her desk all day.
          </Text>
        </Container>
        <Container style={{ ...sheet, maxWidth: '600px' }}>
          <Text style={{ ...paragraph, color: '#0b5563', fontSize: '20px', fontWeight: 'bold' }}>
            Lantern Coast Foundation
          </Text>
          <Hr />
          <Text style={small}>
            <strong>Press release</strong><br />
            November 23, 2026 · For immediate release<br />
            Contact: Mira Okafor · <Link href="tel:+442079460142" style={link}>020 7946 0142</Link> ·{' '}
            <Link href="mailto:press@example.org" style={link}>press@example.org</Link>
          </Text>
          <Heading style={{ color: '#222222', fontSize: '30px', lineHeight: '36px', margin: '16px 0' }}>
            Harbour Water Is Cleaner than at Any Time since 1987, Ten-Year Study Finds
          </Heading>
          <Text style={{ ...paragraph, color: '#525f7f', fontSize: '20px', lineHeight: '28px' }}>
            But three of eleven towns still release untreated water after heavy rain
          </Text>
          <Text style={paragraph}>
            <strong>Portmellon—</strong>Eight of the eleven harbours on the Lantern Coast now meet the standard for bathing
            water, more than in any year since measuring began in 1987, according to a study that the Lantern Coast
            Foundation publishes today.<Note number="1" /> Volunteers took 41,600 samples over ten years, at dawn and by
            hand.
          </Text>
          <Text style={paragraph}>
            “Ten years ago you could smell the harbour before you saw it,” said Ines Valdero, the study’s lead
            author. <strong>“What changed it was not one great work but four hundred small ones: a valve here, a tank there,
            and somebody who looks every morning.”</strong>
          </Text>
          <Text style={paragraph}>
            The three harbours that miss the standard, Saltby, Grey Haven and Orrin’s Mouth, share one cause: sewers that
            carry rain and waste in the same pipe.<Note number="2" /> After more than 20 millimetres of rain in a day, they
            overflow within two hours. In 2025 that happened on 61 days.
          </Text>
          <Section style={{ borderLeft: '4px solid #0b5563', paddingLeft: '20px' }}>
            <Text style={{ ...paragraph, fontSize: '18px', fontStyle: 'italic', lineHeight: '28px', margin: '0' }}>
              We know where the water comes from, we know when, and we know what a tank costs. The only thing we are short
              of is a decision.
            </Text>
            <Text style={small}>— Tomas Brandl, harbour master of Saltby</Text>
          </Section>
          <Text style={paragraph}>
            The foundation asks the coast’s water board to build storage for the first two hours of heavy rain in all three
            towns by 2029. The cost, 23 million pounds, is less than the towns have lost in closed beaches since
            2016.<Note number="3" /> <strong>“Clean water is the cheapest thing a harbour can own,”</strong> Valdero said.
          </Text>
          <Section>
            <Button href="https://example.org/harbour-report" style={button}>Read the study</Button>
          </Section>
          <Section style={{ marginTop: '12px' }}>
            <Button href="https://example.org/harbour-report/map" style={button}>See every sample on the map</Button>
          </Section>
          <Hr style={{ margin: '24px 0' }} />
          <Heading as="h2" style={heading}>Notes to editors</Heading>
          <ul style={{ ...paragraph, paddingLeft: '20px' }}>
            <li>Ines Valdero and Tomas Brandl are available for interviews in English and Spanish.</li>
            <li>
              High-resolution photographs and the tables as CSV are at{' '}
              <Address>https://example.org/harbour-report/media</Address>.
            </li>
            <li>“Bathing standard” means the class “good” or better, by the rule in force in each year.</li>
          </ul>
          <Text style={small}>ENDS</Text>
          <Heading as="h2" style={heading}>Contact</Heading>
          <Text style={paragraph}>
            <strong>Mira Okafor</strong><br />
            Press Officer, Lantern Coast Foundation<br />
            Phone: <Link href="tel:+442079460142" style={link}>020 7946 0142</Link><br />
            Mobile: <Link href="tel:+447700900142" style={link}>07700 900142</Link><br />
            <Link href="mailto:press@example.org" style={link}>press@example.org</Link><br />
            Languages: English, Spanish<br />
            Hours: weekdays 8:00–18:00
          </Text>
          <Heading as="h2" style={heading}>Notes</Heading>
          <Text id="note-1" style={small}>
            [1] I. Valdero and others, “Ten Years at Dawn: The Water of the Lantern Coast, 2016–2025,” Lantern Coast
            Foundation, November 23, 2026, <Address>https://example.org/harbour-report</Address>.
          </Text>
          <Text id="note-2" style={small}>
            [2] Coast Water Board, “Combined Sewers: An Inventory,” March 4, 2025,{' '}
            <Address>https://example.org/sources/combined-sewers</Address>.
          </Text>
          <Text id="note-3" style={small}>
            [3] See chapter 7 of the study and the board’s own estimate,{' '}
            <Address>https://example.org/sources/storage-estimate</Address>.
          </Text>
          <Heading as="h2" style={heading}>About Lantern Coast Foundation</Heading>
          <Text style={paragraph}>
            Lantern Coast Foundation looks after 140 kilometres of shore with the people who live on it. It measures the
            water, publishes what it finds, and helps harbour towns to act on it. It takes no money from those it measures.
          </Text>
          <Text style={paragraph}>
            More at <Link href="https://example.org" style={link}>example.org</Link>.
          </Text>
        </Container>
        <Container style={{ maxWidth: '600px', padding: '16px 32px' }}>
          <Text style={small}>
            Lantern Coast Foundation<br />
            Lantern House, 12 Quay Street<br />
            Portmellon PM1 4LC<br />
            <Address>https://example.org</Address>
          </Text>
          <Text style={small}>
            You get this because you asked for our news or write about the
            coast. <Link href="mailto:press@example.org?subject=unsubscribe" style={link}>Unsubscribe</Link>
          </Text>
        </Container>
      </Body>
    </Html>
  );
}
